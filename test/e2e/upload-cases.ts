import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { encodeIdx } from '../support/tiny-dataset';
import type { Case } from './cases';
import { runProgram } from './program';

const runId = 'uploaded';
/** Each class has a color of its own. */
const colors = { 'grünes Blatt': [0, 200, 40], sky: [40, 120, 255], sun: [255, 220, 0] } as const;
const side = 8;

/** Color images as IDX files, in a folder whose name has a space. */
async function writeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [part, count] of [
    ['train', 120],
    ['t10k', 30],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
    const pixels = new Uint8Array(count * side * side * 3);
    const palette = Object.values(colors);
    for (let position = 0; position < pixels.length; position += 1) {
      const image = Math.floor(position / (side * side * 3));
      const shade = 0.6 + (0.4 * image) / count;
      pixels[position] =
        palette[labels[image]!]![position % 3]! * shade * (position % 7 === image % 7 ? 0.5 : 1);
    }
    await writeFile(join(folder, `${part}-images-idx4-ubyte`), encodeIdx([count, side, side, 3], pixels));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), encodeIdx([count], labels));
  }
}

export const uploadCases: readonly Case[] = [
  {
    name: 'the command line uploads color images, trains on them by an address with a space, and the report has the names of the classes',
    run: async (context) => {
      const folder = join(context.folder, 'my images');
      await writeFolder(folder);
      const uploaded = await runProgram(context, ['upload', folder]);
      assert.equal(uploaded.code, 0, uploaded.output);
      assert.match(uploaded.output, /Uploaded 4 files; 0 were there already/);
      const again = await runProgram(context, ['upload', folder]);
      assert.match(again.output, /Uploaded 0 files; 4 were there already/);

      const dataset = `s3://${context.client.outputs.BucketName}/${objectKeys.uploads}my images`;
      const settings = [
        '--class-names',
        Object.keys(colors).join(','),
        '--hidden',
        '8',
        '--batch-size',
        '20',
        '--epochs',
        '4',
        '--engine',
        'wasm',
      ];
      const trained = await runProgram(context, [
        ...['train', '--cloud', '--compute', 'cpu', '--run-id', runId, '--dataset', dataset],
        ...settings,
      ]);
      assert.equal(trained.code, 0, trained.output);
      const to = join(context.folder, 'uploaded-run');
      const fetched = await runProgram(context, ['fetch', runId, '--to', to]);
      assert.equal(fetched.code, 0, fetched.output);
      const report = await readFile(join(to, objectKeys.report(runId)), 'utf8');
      for (const name of Object.keys(colors)) assert.ok(report.includes(name), `the report has no ${name}`);
      const { testCount } = await getJson(context.client.store, objectKeys.runRecord(runId), runRecordSchema);
      assert.equal(testCount, 30);
    },
  },
];

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import type { Case } from './cases';
import { runProgram } from './program';

const runId = 'uploaded';
/** Each class has a color of its own. */
const colors = { 'grünes Blatt': [0, 200, 40], sky: [40, 120, 255], sun: [255, 220, 0] } as const;
const side = 8;

/** Color PNGs in class folders, in a folder whose name has a space. */
async function writeFolder(folder: string): Promise<void> {
  for (const [part, count] of [
    ['train', 40],
    ['test', 10],
  ] as const) {
    for (const [name, color] of Object.entries(colors)) {
      const classFolder = join(folder, part, name);
      await mkdir(classFolder, { recursive: true });
      for (let image = 0; image < count; image += 1) {
        const shade = 0.6 + (0.4 * image) / count;
        const data = Uint8Array.from(
          { length: side * side * 3 },
          (_, at) => color[at % 3]! * shade * (at % 7 === image % 7 ? 0.5 : 1),
        );
        const png = encode({ width: side, height: side, data, channels: 3, depth: 8 });
        await writeFile(join(classFolder, `${image}.png`), png);
      }
    }
  }
}

export const uploadCases: readonly Case[] = [
  {
    name: 'the command line uploads a folder of color images, trains on them by an address with a space, and the report has the names of the classes',
    run: async (context) => {
      const folder = join(context.folder, 'my images');
      await writeFolder(folder);
      const uploaded = await runProgram(context, ['upload', folder]);
      assert.equal(uploaded.code, 0, uploaded.output);
      assert.match(uploaded.output, /Uploaded 150 files; 0 were there already/);
      const again = await runProgram(context, ['upload', folder]);
      assert.match(again.output, /Uploaded 0 files; 150 were there already/);

      const dataset = `s3://${context.client.outputs.BucketName}/${objectKeys.uploads}my images`;
      const settings = ['--hidden', '8', '--batch-size', '20', '--epochs', '4', '--engine', 'wasm'];
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

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { encode } from 'fast-png';
import { objectKeys } from '../../lib/contracts/object-keys';
import { predictionsSchema, runRecordSchema } from '../../lib/contracts/results';
import { DirectoryStore } from '../../lib/store/directory-store';
import { getJson } from '../../lib/store/json-objects';
import { makeTinyDataset } from '../support/tiny-dataset';
import { type Case, type CaseContext, tiny, uploadTinyDataset } from './cases';
import { runProgram, startProgram } from './program';

const runId = 'to-fetch';
/** The evaluation predicts all test images at once, `predict` one at a time, so sums are in another order. */
const toleratedDifference = 1e-6;

const fetchedFolder = ({ folder }: CaseContext) => join(folder, 'fetched-run');

/** Writes a test image of the dataset of `uploadTinyDataset` as a file. */
async function writeTestImage({ folder }: CaseContext, index: number): Promise<string> {
  const { test, imageShape } = makeTinyDataset({ trainCount: 120, testCount: 30, classes: 3 });
  const [height, width] = imageShape;
  const data = test.pixels.slice(index * height * width, (index + 1) * height * width);
  const path = join(folder, `test-image-${index}.png`);
  await writeFile(path, encode({ width, height, channels: 1, depth: 8, data }));
  return path;
}

/** The page that the job has stored and the page that this machine builds have the same bytes. */
async function assertServed(address: string, store: DirectoryStore): Promise<void> {
  const page = await fetch(address);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.deepEqual(new Uint8Array(await page.arrayBuffer()), await store.get(objectKeys.tryItPage(runId)));
}

/** In this order: the others use what the first has fetched. */
export const fetchedRunCases: readonly Case[] = [
  {
    name: 'the command line fetches a run, with every file that run.json lists',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const { status, cause } = await client.run(runId, { ...tiny, dataset });
      assert.equal(status, 'SUCCEEDED', cause);
      const to = fetchedFolder(context);
      const { code, output } = await runProgram(context, ['fetch', runId, '--to', to]);
      assert.equal(code, 0, output);
      const fetched = new DirectoryStore(to);
      const { artifacts } = await getJson(fetched, objectKeys.runRecord(runId), runRecordSchema);
      const keys = artifacts.map(({ key }) => key);
      assert.ok(keys.includes(objectKeys.tryItPage(runId)), keys.join(', '));
      for (const { key, sha256 } of artifacts) assert.equal((await fetched.head(key))?.sha256, sha256, key);
    },
  },
  {
    name: 'predict on a fetched run gives the predictions of the evaluation in the cloud',
    run: async (context) => {
      const to = fetchedFolder(context);
      const key = objectKeys.predictions(runId);
      const { predictions } = await getJson(new DirectoryStore(to), key, predictionsSchema);
      assert.equal(predictions.length, 10);
      for (const { index, predicted, probabilities } of predictions) {
        const image = await writeTestImage(context, index);
        const parameters = ['predict', image, '--raw', '--store', to, '--run-id', runId, '--json'];
        const { code, stdout, output } = await runProgram(context, parameters);
        assert.equal(code, 0, output);
        const answer = JSON.parse(stdout) as { predicted: number; probabilities: number[] };
        assert.equal(answer.predicted, predicted);
        assert.equal(answer.probabilities.length, probabilities.length);
        for (const [label, probability] of answer.probabilities.entries()) {
          const difference = Math.abs(probability - probabilities[label]!);
          assert.ok(difference <= toleratedDifference, `Image ${index}, label ${label}: ${difference} apart`);
        }
      }
    },
  },
  {
    name: 'serve on a fetched run serves its page until it is stopped',
    run: async (context) => {
      const to = fetchedFolder(context);
      const child = startProgram(context, ['serve', runId, '--store', to]);
      const exited = once(child, 'exit') as Promise<[number | null]>;
      try {
        const lines = createInterface(child.stdout);
        const ended = exited.then(([code]) => assert.fail(`serve ended with ${code} before it listened`));
        const [address] = (await Promise.race([once(lines, 'line'), ended])) as [string];
        assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
        await assertServed(address, new DirectoryStore(to));
        child.kill('SIGTERM');
        assert.deepEqual(await exited, [0, null]);
        await assert.rejects(fetch(address));
      } finally {
        child.kill('SIGKILL');
      }
    },
  },
];

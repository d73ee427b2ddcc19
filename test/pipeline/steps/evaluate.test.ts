import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { runRecordSchema } from '../../../lib/contracts/results';
import { evaluate } from '../../../lib/pipeline/steps/evaluate';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();

async function trainTiny(compute?: 'cpu' | 'gpu') {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  const context = createStepContext(store);
  const { seconds } = await train({ runId: 'run', ...pointers, ...(compute && { compute }) }, context);
  const input = { runId: 'run', ...pointers, phases: [{ name: 'train' as const, seconds: seconds + 60 }] };
  return { store, context, input };
}

test('the run record lists every file of the run, with its checksum', async () => {
  const { store, context, input } = await trainTiny();
  await evaluate(input, context);
  const { artifacts, costUsd } = await getJson(store, objectKeys.runRecord('run'), runRecordSchema);
  const keys: string[] = [];
  for await (const { key } of store.list(objectKeys.run('run'))) keys.push(key);
  expect(artifacts.map(({ key }) => key)).toEqual(keys.filter((key) => key !== objectKeys.runRecord('run')));
  for (const { key, sha256 } of artifacts) expect((await store.head(key))?.sha256).toBe(sha256);
  expect(costUsd).toBeNull();
  const report = new TextDecoder().decode(await store.get(objectKeys.report('run')));
  const links = [...report.matchAll(/<a href="([^#"]*)"/g)].map(([, link]) => objectKeys.run('run') + link);
  expect(links).toContain(objectKeys.tryItPage('run'));
  // The first screen links to the page too; its examples are data for the page.
  expect(keys).toEqual(
    [...new Set([...links, objectKeys.report('run'), objectKeys.tryItExamples('run')])].sort(),
  );
});

test('a finished run is not evaluated again: the recorded result is returned, and nothing is written', async () => {
  const { store, context, input } = await trainTiny();
  const outcome = await evaluate(input, context);
  const record = await store.get(objectKeys.runRecord('run'));
  // Lambda does this if the response of the first invocation is lost.
  expect(await evaluate({ ...input, phases: [] }, context)).toEqual(outcome);
  expect(await store.get(objectKeys.runRecord('run'))).toEqual(record);
});

test('two concurrent evaluations publish one run, and both return it', async () => {
  const { store, context, input } = await trainTiny();
  const outcomes = await Promise.all([evaluate(input, context), evaluate(input, context)]);
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect((await getJson(store, objectKeys.runRecord('run'), runRecordSchema)).status).toBe('accepted');
});

test('a run that was finished on other data is refused', async () => {
  const { context, input } = await trainTiny();
  await evaluate(input, context);
  await expect(evaluate({ ...input, contentKey: 'other' }, context)).rejects.toMatchObject({
    name: 'RunExists',
    message: expect.stringMatching(/is finished on the dataset content .*requested on other/),
  });
});

test('a run in the cloud records its cost', async () => {
  const { store, context, input } = await trainTiny('cpu');
  await evaluate(input, context);
  const { costUsd } = await getJson(store, objectKeys.runRecord('run'), runRecordSchema);
  // A minute of Fargate, and the container's start.
  expect(costUsd).toBeCloseTo((0.20248 * (60 + 75)) / 3600, 3);
  expect(new TextDecoder().decode(await store.get(objectKeys.report('run')))).toContain('about $0.00');
});

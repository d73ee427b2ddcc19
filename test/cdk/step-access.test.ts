import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { pipelineSteps, type StepName, stepNames } from '../../lib/contracts/steps';
import { describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { encodeInitialWeights } from '../../lib/model/initial-weights';
import { encodeArchitecture } from '../../lib/model/stored-architecture';
import { admitRun } from '../../lib/pipeline/admit-run';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { train } from '../../lib/pipeline/steps/train';
import { storeContent } from '../../lib/store/content-object';
import type { ObjectStore } from '../../lib/store/object-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { createStepContext } from '../support/prepare-dataset';
import { matchesKey, RecordingStore } from '../support/recording-store';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import { initialState, makeWorkflow } from '../support/workflow-steps';

const folder = useScratchFolder();
const store = new RecordingStore();
const context = createStepContext(store as ObjectStore);
const calls = new Map<StepName, { reads: string[]; writes: string[] }>();

async function record(step: StepName, work: () => Promise<unknown>): Promise<void> {
  store.reads.clear();
  store.writes.clear();
  await work();
  const { reads, writes } = calls.get(step) ?? { reads: [], writes: [] };
  calls.set(step, { reads: [...reads, ...store.reads], writes: [...writes, ...store.writes] });
}

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset, { classes: 3 });
  // With the files that only some settings add, and those that `train --cloud` uploads.
  const network = describeMlp({ hidden: [8], dropout: 0.1, l2: 0, classes: 3 }, [6, 6]);
  await useWasmBackend();
  const model = assemble(network, 'It');
  const architecture = encodeArchitecture(network);
  const weights = await encodeInitialWeights(model);
  model.dispose();
  await storeContent(store, [architecture, weights]);
  const workflow = makeWorkflow(dataset, {
    shiftPixels: 1,
    model: architecture.sha256,
    hidden: undefined,
    initialWeightsSha256: weights.sha256,
  });
  let state = initialState;
  for (const { name, run } of workflow) {
    await record(name, async () => {
      state = await run(context, state);
    });
  }
  // A run that is measured on its validation images reads them from shards of training images.
  const config = runConfigSchema.parse({
    ...{ dataset, classes: 3, hidden: [8], epochs: 1, engine: 'wasm' },
    ...{ validationFraction: 0.2, evaluateOn: 'validation' },
  });
  const pointers = await admitRun({ runId: 'validated', config }, context);
  const input = { runId: 'validated', dataset: pointers.dataset, contentKey: pointers.contentKey };
  await train(input, context);
  await record('evaluate', () => evaluate({ ...input, phases: [] }, context));
  // The event arrives again.
  const [plan] = workflow;
  await record('plan', () => plan!.run(context, initialState).catch(expectRunExists));
});

function expectRunExists(error: Error): void {
  expect(error.name).toBe('RunExists');
}

test('evaluate reads training images, of a run that is measured on its validation images', () => {
  expect(calls.get('evaluate')!.reads).toContainEqual(expect.stringMatching(/train-\d+\.npz$/));
});

test.each(stepNames)('%s has the rights for all its calls', (step) => {
  for (const kind of ['reads', 'writes'] as const) {
    const keys = calls.get(step)![kind];
    expect(keys.length).toBeGreaterThan(0);
    // The plan is read by the Distributed Map, with the rights of the workflow.
    const elsewhere = step === 'shard' ? [objectKeys.plan('*', '*')] : [];
    const allowed = [...pipelineSteps[step][kind], ...elsewhere];
    const denied = keys.filter((key) => !allowed.some((pattern) => matchesKey(pattern, key)));
    expect({ kind, denied }).toEqual({ kind, denied: [] });
  }
});

test.each(stepNames)('%s has no right to write keys that it never writes', (step) => {
  const elsewhere: Partial<Record<StepName, readonly string[]>> = {
    // Of built-in datasets, and of datasets in which every image is a file.
    plan: ['datasets/*/raw/*', 'datasets/*/prepared/*/part-*.names.json'],
    // The container writes this after the step: functions/train/training-job.ts.
    train: ['runs/*/training-outcome.json'],
  };
  const { writes } = calls.get(step)!;
  const unused = pipelineSteps[step].writes.filter(
    (pattern) => !elsewhere[step]?.includes(pattern) && !writes.some((key) => matchesKey(pattern, key)),
  );
  expect(unused).toEqual([]);
});

import assert from 'node:assert/strict';
import { datasetManifestSchema, datasetPlanSchema } from '../../lib/contracts/dataset';
import { executionFailureSchema, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import {
  historySchema,
  latestModelSchema,
  metricsSchema,
  predictionsSchema,
  type RunRecord,
  runRecordSchema,
  trainingRecordSchema,
} from '../../lib/contracts/results';
import { storedRunConfigSchema } from '../../lib/contracts/run-config';
import { pipelineSteps } from '../../lib/contracts/steps';
import { sweepSteps } from '../../lib/contracts/sweep-steps';
import { getJson } from '../../lib/store/json-objects';
import { sha256Hex } from '../../lib/store/sha256';
import { encodeTinyDataset, makeTinyDataset } from '../support/tiny-dataset';
import type { Emulator } from './emulator-process';
import type { PipelineClient } from './pipeline-client';

export interface CaseContext {
  readonly client: PipelineClient;
  readonly emulator: Emulator;
  /** For the files of a case. */
  readonly folder: string;
}
export interface Case {
  readonly name: string;
  /** It mostly waits, so the cases after it run beside it. */
  readonly isAside?: boolean;
  readonly run: (context: CaseContext) => Promise<void>;
}

const maxStateBytes = 4096;
/** Trains in a second. */
export const tiny = { classes: 3, hidden: [8], batchSize: 20, epochs: 2, engine: 'wasm', compute: 'cpu' };

/** @returns the dataset for the input of an execution. */
export async function uploadTinyDataset(
  client: PipelineClient,
  name: string,
  { isBroken = false, seed = 1 } = {},
): Promise<string> {
  const files = encodeTinyDataset(makeTinyDataset({ trainCount: 120, testCount: 30, classes: 3, seed }));
  const { BucketName } = client.outputs;
  for (const [file, body] of Object.entries(files)) {
    await client.upload(`${objectKeys.uploads}${name}/${file}`, isBroken ? body.subarray(0, 20) : body);
  }
  return `s3://${BucketName}/${objectKeys.uploads}${name}`;
}

/** Parses every JSON file of a finished run with its schema. */
export async function assertWholeRun(
  { store }: PipelineClient,
  runId: string,
  epochs: number,
): Promise<RunRecord> {
  const record = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  const { name, contentKey } = record.dataset;
  await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  await getJson(store, objectKeys.plan(name, contentKey), datasetPlanSchema);
  await getJson(store, objectKeys.manifest(name, contentKey), datasetManifestSchema);
  await getJson(store, objectKeys.training(runId), trainingRecordSchema);
  await getJson(store, objectKeys.trainingOutcome(runId), trainingOutcomeSchema);
  await getJson(store, objectKeys.metrics(runId), metricsSchema);
  const history = await getJson(store, objectKeys.history(runId), historySchema);
  assert.equal(history.epochs.length, epochs);
  const { predictions } = await getJson(store, objectKeys.predictions(runId), predictionsSchema);
  assert.equal(predictions.length, 10);
  for (const plot of ['accuracy', 'loss', 'confusion-matrix', 'first-ten']) {
    for (const format of ['svg', 'png'] as const) await store.get(objectKeys.plot(runId, plot, format));
  }
  const report = new TextDecoder().decode(await store.get(objectKeys.report(runId)));
  assert.match(report, /<html/);
  assert.deepEqual(
    record.phases.map((phase) => phase.name),
    ['preprocess', 'train', 'evaluate'],
  );
  for (const { key, sha256 } of record.artifacts) assert.equal(sha256Hex(await store.get(key)), sha256, key);
  return record;
}

/** Checks that the run is complete, and that the pointer is on it. */
async function assertNewestRun(client: PipelineClient, runId: string, epochs: number): Promise<void> {
  const { config } = await assertWholeRun(client, runId, epochs);
  const latest = await getJson(client.store, objectKeys.latestModel(config.modelName), latestModelSchema);
  assert.equal(latest.runId, runId);
}

export async function assertSmallStates(client: PipelineClient, executionArn: string): Promise<string[]> {
  const states = await client.statesEntered(executionArn);
  for (const { name, input } of states) {
    const bytes = Buffer.byteLength(input);
    assert.ok(
      bytes <= maxStateBytes,
      `The state that enters "${name}" has ${bytes} bytes; ${maxStateBytes} are allowed`,
    );
  }
  return states.map(({ name }) => name);
}

export function parseFailure(cause: string | undefined) {
  return executionFailureSchema.parse(JSON.parse(cause ?? ''));
}

export const cases: readonly Case[] = [
  {
    name: 'the input {} with 2 epochs on the CPU trains on the real MNIST',
    run: async ({ client }) => {
      const { status, cause, executionArn } = await client.run('mnist', { epochs: 2, compute: 'cpu' });
      assert.equal(status, 'SUCCEEDED', cause);
      assert.deepEqual(await assertSmallStates(client, executionArn!), [
        'Plan the preprocessing',
        'Are the shards ready?',
        'Make the shards',
        'Commit the dataset',
        'Which compute trains?',
        'Train on Fargate',
        'Read how the training ended',
        'Did the training succeed?',
        'Evaluate the model',
        'Is the model good enough?',
        'Register the model',
        'The model is registered',
      ]);
      await assertNewestRun(client, 'mnist', 2);
      const { accuracy } = await getJson(client.store, objectKeys.runRecord('mnist'), runRecordSchema);
      assert.ok(accuracy > 0.95, `The accuracy is ${accuracy}`);
    },
  },
  {
    name: 'an uploaded dataset, and a second execution that reuses its shards',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const first = await client.run('own-1', { ...tiny, dataset });
      assert.equal(first.status, 'SUCCEEDED', first.cause);
      await assertNewestRun(client, 'own-1', 2);
      const second = await client.run('own-2', { ...tiny, dataset, seed: 2 });
      assert.equal(second.status, 'SUCCEEDED', second.cause);
      const states = await assertSmallStates(client, second.executionArn!);
      assert.ok(!states.includes('Make the shards'), `The shards were made again: ${states.join(', ')}`);
      await assertNewestRun(client, 'own-2', 2);
    },
  },
  {
    name: 'the name of an execution can only be used once',
    run: async ({ client }) => {
      await assert.rejects(client.start('own-1', {}), { name: 'ExecutionAlreadyExists' });
    },
  },
  {
    name: 'a broken dataset ends in "Preprocessing failed", with step, reason and remedy',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'broken', { isBroken: true });
      const { status, error, cause, executionArn } = await client.run('broken', { ...tiny, dataset });
      assert.deepEqual([status, error], ['FAILED', 'InvalidDataset'], cause);
      const { step, reason, remedy } = parseFailure(cause);
      assert.equal(step, 'preprocess');
      assert.match(reason, /t10k|train/);
      assert.match(remedy, /runbook\.md#preprocessing-failed/);
      assert.equal((await assertSmallStates(client, executionArn!)).at(-1), 'Preprocessing failed');
      // A refused start creates no run.
      for await (const { key } of client.store.list(objectKeys.run('broken'))) assert.fail(`${key} exists`);
    },
  },
  {
    name: 'an invalid input is refused, and the setting is named',
    run: async ({ client }) => {
      const { error, cause } = await client.run('bad-input', { epochs: 'ten', color: 'blue' });
      assert.equal(error, 'InvalidInput', cause);
      assert.match(parseFailure(cause).reason, /"epochs".*ten/);
    },
  },
  {
    name: 'a run below the threshold is kept, and its model is not registered',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const settings = {
        ...tiny,
        dataset,
        epochs: 1,
        learningRate: 1e-9,
        minAccuracy: 1,
        modelName: 'gated',
      };
      const { error, cause, executionArn } = await client.run('gated', settings);
      assert.equal(error, 'QualityGateFailed', cause);
      assert.equal(parseFailure(cause).step, 'gate');
      await assertSmallStates(client, executionArn!);
      const { status } = await getJson(client.store, objectKeys.runRecord('gated'), runRecordSchema);
      assert.equal(status, 'rejected');
      assert.equal(await client.store.head(objectKeys.latestModel('gated')), undefined);
    },
  },
];

/** After all other cases: checks what they left. */
export const closingCases: readonly Case[] = [
  {
    name: 'every step wrote only what its role may write',
    run: async ({ client }) => {
      const steps = Object.values({ ...pipelineSteps, ...sweepSteps });
      const writable = steps.flatMap(({ writes }) => writes.map(toPattern));
      const byUsers = [
        `${objectKeys.uploads}*`,
        objectKeys.architecture('*'),
        objectKeys.initialWeights('*'),
        objectKeys.sweep('*'),
        objectKeys.sweepOwner('*'),
        objectKeys.sweepExecutions('*'),
      ];
      for await (const { key } of client.store.list('')) {
        assert.ok(
          [...writable, ...byUsers.map(toPattern)].some((pattern) => pattern.test(key)),
          `No role and no command may write ${key}`,
        );
      }
    },
  },
];

/** IAM's `*`, which also matches `/`. */
function toPattern(keyPattern: string): RegExp {
  const parts = keyPattern.split('*').map((part) => part.replace(/[.+]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

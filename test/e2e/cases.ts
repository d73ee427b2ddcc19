import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { datasetManifestSchema, datasetPlanSchema } from '../../lib/contracts/dataset';
import { executionFailureSchema, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import {
  historySchema,
  latestModelSchema,
  metricsSchema,
  predictionsSchema,
  runRecordSchema,
  trainingRecordSchema,
} from '../../lib/contracts/results';
import { storedRunConfigSchema } from '../../lib/contracts/run-config';
import { getJson } from '../../lib/store/json-objects';
import { encodeTinyDataset, makeTinyDataset } from '../support/tiny-dataset';
import type { Emulator } from './emulator-process';
import { findJobs, type PipelineClient } from './pipeline-client';

export interface CaseContext {
  readonly client: PipelineClient;
  readonly emulator: Emulator;
}
export interface Case {
  readonly name: string;
  readonly run: (context: CaseContext) => Promise<void>;
}

const maxStateBytes = 4096;
/** Trains in a second. */
const tiny = { classes: 3, hidden: [8], batchSize: 20, epochs: 2, engine: 'wasm', compute: 'cpu' };
const longTraining = { epochs: 1000, batchSize: 1 };

async function uploadTinyDataset(client: PipelineClient, name: string, isBroken = false): Promise<string> {
  const files = encodeTinyDataset(makeTinyDataset({ trainCount: 120, testCount: 30, classes: 3 }));
  const { BucketName } = client.outputs;
  for (const [file, body] of Object.entries(files)) {
    await client.upload(`${objectKeys.uploads}${name}/${file}`, isBroken ? body.subarray(0, 20) : body);
  }
  return `s3://${BucketName}/${objectKeys.uploads}${name}`;
}

/** Every file that a finished run has, against its schema. */
async function assertWholeRun({ store }: PipelineClient, runId: string, epochs: number): Promise<void> {
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
  await store.get(objectKeys.modelWeights(runId));
  const latest = await getJson(store, objectKeys.latestModel(record.config.modelName), latestModelSchema);
  assert.equal(latest.runId, runId);
}

async function assertSmallStates(client: PipelineClient, executionArn: string): Promise<string[]> {
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

function parseFailure(cause: string | undefined) {
  return executionFailureSchema.parse(JSON.parse(cause ?? ''));
}

/** Waits for the process of an attempt of the run's only job. */
async function waitForAttempt({ emulator }: CaseContext, runId: string, attempt: number): Promise<number> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await pause(50)) {
    const [job] = await findJobs(runId);
    const pid = job && (await emulator.attemptPid(job.jobId, attempt));
    if (pid !== undefined) return pid;
  }
  throw new Error(`The job of ${runId} has not started its attempt ${attempt} within a minute`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const cases: readonly Case[] = [
  {
    name: 'the input {}, but for 2 epochs on the CPU, trains on the real MNIST',
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
      await assertWholeRun(client, 'mnist', 2);
      const { accuracy } = await getJson(client.store, objectKeys.runRecord('mnist'), runRecordSchema);
      assert.ok(accuracy > 0.95, `The accuracy is ${accuracy}`);
    },
  },
  {
    name: 'a dataset of one’s own, and a second execution that uses its shards again',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const first = await client.run('own-1', { ...tiny, dataset });
      assert.equal(first.status, 'SUCCEEDED', first.cause);
      await assertWholeRun(client, 'own-1', 2);
      const second = await client.run('own-2', { ...tiny, dataset, seed: 2 });
      assert.equal(second.status, 'SUCCEEDED', second.cause);
      const states = await assertSmallStates(client, second.executionArn!);
      assert.ok(!states.includes('Make the shards'), `The shards were made again: ${states.join(', ')}`);
      await assertWholeRun(client, 'own-2', 2);
    },
  },
  {
    name: 'the name of an execution can be used once',
    run: async ({ client }) => {
      await assert.rejects(client.start('own-1', {}), { name: 'ExecutionAlreadyExists' });
    },
  },
  {
    name: 'a broken dataset ends in "Preprocessing failed", with step, reason and remedy',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'broken', true);
      const { status, error, cause, executionArn } = await client.run('broken', { ...tiny, dataset });
      assert.deepEqual([status, error], ['FAILED', 'InvalidDataset'], cause);
      const { step, reason, remedy } = parseFailure(cause);
      assert.equal(step, 'preprocess');
      assert.match(reason, /t10k|train/);
      assert.match(remedy, /runbook\.md#preprocessing-failed/);
      assert.equal((await assertSmallStates(client, executionArn!)).at(-1), 'Preprocessing failed');
    },
  },
  {
    name: 'an input that cannot be used is refused by name',
    run: async ({ client }) => {
      const { error, cause } = await client.run('bad-input', { epochs: 'ten', colour: 'blue' });
      assert.equal(error, 'InvalidInput', cause);
      assert.match(parseFailure(cause).reason, /"epochs".*ten/);
    },
  },
  {
    name: 'a model below the threshold is kept, not promoted',
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
  {
    name: 'a job killed by a signal is tried again, and the run succeeds',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await client.start('killed-once', { ...tiny, dataset });
      process.kill(await waitForAttempt(context, 'killed-once', 1), 'SIGKILL');
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      const [job] = await findJobs('killed-once');
      assert.deepEqual(
        job!.attempts?.map(({ container }) => container.exitCode),
        [137, 0],
      );
    },
  },
  {
    name: 'a job killed at every attempt fails the execution in its own state',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await client.start('killed-always', { ...tiny, dataset });
      for (const attempt of [1, 2, 3])
        process.kill(await waitForAttempt(context, 'killed-always', attempt), 'SIGKILL');
      const { status, error } = await client.waitForEnd(executionArn);
      assert.deepEqual([status, error], ['FAILED', 'States.TaskFailed']);
      assert.equal((await assertSmallStates(client, executionArn)).at(-1), 'Train on Fargate');
      assert.equal((await findJobs('killed-always')).length, 1);
    },
  },
  {
    name: 'a training that cannot succeed is not tried again, and says why',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const { error, cause, executionArn } = await client.run('no-gpu', { ...tiny, dataset, compute: 'gpu' });
      assert.equal(error, 'EngineUnavailable', cause);
      assert.match(parseFailure(cause).reason, /no GPU/);
      const states = await assertSmallStates(client, executionArn!);
      assert.ok(states.includes('Train on a spot GPU') && !states.includes('Train on a GPU on demand'));
      assert.equal((await findJobs('no-gpu'))[0]!.attempts?.length, 1);
    },
  },
  {
    name: 'a spot job that is lost at every attempt goes on on demand',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await client.start('spot-lost', { ...tiny, dataset, compute: 'gpu' });
      for (const attempt of [1, 2, 3])
        process.kill(await waitForAttempt(context, 'spot-lost', attempt), 'SIGKILL');
      await client.waitForEnd(executionArn);
      const states = await assertSmallStates(client, executionArn);
      assert.ok(states.includes('Train on a GPU on demand'), states.join(', '));
      assert.equal((await findJobs('spot-lost')).length, 2);
    },
  },
  {
    name: 'aborting the execution ends the training’s process within seconds',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await client.start('aborted', { ...tiny, ...longTraining, dataset });
      const pid = await waitForAttempt(context, 'aborted', 1);
      for (
        let polls = 0;
        polls < 300 && (await client.store.head(objectKeys.history('aborted'))) === undefined;
        polls += 1
      ) {
        await pause(100);
      }
      assert.ok(isAlive(pid), 'The training ended before it was aborted');
      await client.abort(executionArn);
      const abortedAt = Date.now();
      while (isAlive(pid) && Date.now() - abortedAt < 10_000) await pause(50);
      assert.ok(!isAlive(pid), 'The process still runs 10 s after the abort');
      await pause(300);
      const [job] = await findJobs('aborted');
      assert.deepEqual(
        job!.attempts?.map(({ container }) => container.exitCode),
        [143],
      );
      assert.equal((await client.describe(executionArn)).status, 'ABORTED');
      assert.equal(await client.store.head(objectKeys.runRecord('aborted')), undefined);
    },
  },
];

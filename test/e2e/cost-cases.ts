import assert from 'node:assert/strict';
import { objectKeys } from '../../lib/contracts/object-keys';
import { trainingRecordSchema, trainingSpendingSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import {
  assertSmallStates,
  type Case,
  type CaseContext,
  parseFailure,
  tiny,
  uploadTinyDataset,
} from './cases';
import { exitCodesOf, findJobs } from './pipeline-client';
import { isAlive, waitForAttempt } from './training-process';

/** A dozen seconds of training, if it is not stopped. */
const long = { ...tiny, epochs: 80, batchSize: 1 };
/** The price of three seconds of Fargate and of a public address. */
const threeSecondsUsd = (3 * 0.20248) / 3600;

/** Starts a training that takes longer than its limit allows, and waits for the process of its first attempt. */
async function startTooExpensive(context: CaseContext, runId: string) {
  const { client } = context;
  const dataset = await uploadTinyDataset(client, 'tiny');
  const executionArn = await client.start(runId, { ...long, dataset, maxCostUsd: threeSecondsUsd });
  return { executionArn, pid: await waitForAttempt(context, runId, 1) };
}

/** In this order: the second resumes where the first was stopped. */
export const costCases: readonly Case[] = [
  {
    name: 'a run that reaches its cost limit ends with CostLimitExceeded, ends its job, and keeps a checkpoint',
    run: async (context) => {
      const { client } = context;
      const { executionArn, pid } = await startTooExpensive(context, 'too-expensive');
      const { status, error, cause } = await client.waitForEnd(executionArn, 60);
      assert.deepEqual([status, error], ['FAILED', 'CostLimitExceeded'], cause);
      const { step, reason } = parseFailure(cause);
      assert.equal(step, 'train');
      assert.match(reason, /"too-expensive" has taken 3\.\d s.*"resumeFrom": "too-expensive"/);
      assert.equal((await assertSmallStates(client, executionArn)).at(-1), 'Training failed');
      assert.ok(!isAlive(pid), 'The training’s process still runs');
      const jobs = await findJobs('too-expensive');
      assert.deepEqual(jobs.map(exitCodesOf), [[0]]);
      assert.ok((await client.store.head(objectKeys.checkpoint('too-expensive', 0))) !== undefined);
      assert.equal(await client.store.head(objectKeys.runRecord('too-expensive')), undefined);
    },
  },
  {
    name: 'a run with a higher limit resumes from that checkpoint, and includes the training time of the first',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const settings = { ...long, dataset, resumeFrom: 'too-expensive' };
      const still = await client.run('still-too-expensive', { ...settings, maxCostUsd: threeSecondsUsd });
      assert.equal(still.error, 'CostLimitExceeded', still.cause);
      const { status, cause } = await client.run('high-enough', { ...settings, maxCostUsd: 1 });
      assert.equal(status, 'SUCCEEDED', cause);
      const record = await getJson(client.store, objectKeys.training('high-enough'), trainingRecordSchema);
      assert.ok(record.resumedFromStep > 0);
      const { seconds } = await getJson(
        client.store,
        objectKeys.trainingSpending('high-enough'),
        trainingSpendingSchema,
      );
      assert.ok(seconds > 0);
    },
  },
  {
    name: 'the training time of a killed attempt counts toward the limit',
    run: async (context) => {
      const { client } = context;
      const { executionArn, pid } = await startTooExpensive(context, 'killed-expensive');
      await client.waitForObject(objectKeys.trainingSpending('killed-expensive'));
      process.kill(pid, 'SIGKILL');
      const { error, cause } = await client.waitForEnd(executionArn, 60);
      assert.equal(error, 'CostLimitExceeded', cause);
      const [job] = await findJobs('killed-expensive');
      assert.deepEqual(exitCodesOf(job!), [137, 0]);
    },
  },
  {
    name: 'a training that no longer checks its limit is ended by the timeout of its job',
    // Batch has no timeout below a minute.
    isAside: true,
    run: async (context) => {
      const { client } = context;
      const { executionArn, pid } = await startTooExpensive(context, 'stuck');
      process.kill(pid, 'SIGSTOP');
      const { status, error } = await client.waitForEnd(executionArn, 90);
      assert.deepEqual([status, error], ['FAILED', 'States.TaskFailed']);
      assert.ok(!isAlive(pid), 'The stuck process is still there');
      const [job] = await findJobs('stuck');
      assert.match(job!.statusReason ?? '', /exceeded timeout/);
    },
  },
];

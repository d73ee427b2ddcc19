import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { objectKeys } from '../../lib/contracts/object-keys';
import { assertSmallStates, type Case, parseFailure, tiny, uploadTinyDataset } from './cases';
import { exitCodesOf, findJobs } from './pipeline-client';
import { isAlive, waitForAttempt } from './training-process';

const longTraining = { epochs: 1000, batchSize: 1 };

/** Events of the container, and the end of the run after each. */
export const jobCases: readonly Case[] = [
  {
    name: 'a job killed by a signal is retried, and the run succeeds',
    run: async (context) => {
      const { client } = context;
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await client.start('killed-once', { ...tiny, dataset });
      process.kill(await waitForAttempt(context, 'killed-once', 1), 'SIGKILL');
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      const [job] = await findJobs('killed-once');
      assert.deepEqual(exitCodesOf(job!), [137, 0]);
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
    name: 'a training with a permanent error is not retried, and gives its reason',
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
    name: 'a spot job that is lost at every attempt continues on demand',
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
      await client.waitForObject(objectKeys.history('aborted'));
      assert.ok(isAlive(pid), 'The training ended before it was aborted');
      await client.abort(executionArn);
      const abortedAt = Date.now();
      while (isAlive(pid) && Date.now() - abortedAt < 10_000) await pause(50);
      assert.ok(!isAlive(pid), 'The process still runs 10 s after the abort');
      await pause(300);
      const [job] = await findJobs('aborted');
      assert.deepEqual(exitCodesOf(job!), [143]);
      assert.equal((await client.describe(executionArn)).status, 'ABORTED');
      assert.equal(await client.store.head(objectKeys.runRecord('aborted')), undefined);
    },
  },
];

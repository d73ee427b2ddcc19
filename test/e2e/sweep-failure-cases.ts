import assert from 'node:assert/strict';
import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { type SweepResults, trialRunId } from '../../lib/contracts/sweep';
import { assertSmallStates, type Case, type CaseContext, uploadTinyDataset } from './cases';
import type { PipelineClient } from './pipeline-client';
import { runProgram } from './program';
import {
  assertWholeSweep,
  countJobsOfTrials,
  hasEverythingEnded,
  startSweep,
  tinyTrials,
  waitUntilEverythingEnded,
} from './started-sweep';
import { isAlive, waitForAttempt } from './training-process';

const endLimitSeconds = 60;

/** Stops the process of a trial as soon as it is there, so that it does not end before what the test does next. */
async function suspendTrial(context: CaseContext, sweepId: string, trial: number): Promise<number> {
  const pid = await waitForAttempt(context, trialRunId(sweepId, trial), 1);
  process.kill(pid, 'SIGSTOP');
  return pid;
}
const resume = (pid: number) => process.kill(pid, 'SIGCONT');

const statusesOf = ({ trials }: SweepResults) => trials.map(({ status }) => status);

/** The executions of a trial, oldest first: how each ended, and how often its item was redriven before. */
async function describeTrainings(client: PipelineClient, sweepId: string, trial: number): Promise<string[]> {
  const trainings = await client.findTrainings(`${sweepId}-${trial}-`);
  return trainings.map(({ name, status }) => `${status} ${name!.split('-').at(-1)}`);
}

/** Where one ends in the millisecond in which another starts, the first is over. */
function countMostAtOnce(executions: readonly ExecutionListItem[]): number {
  const changes = executions.flatMap(({ startDate, stopDate }) => [
    { at: startDate!.getTime(), change: 1 },
    { at: stopDate!.getTime(), change: -1 },
  ]);
  let running = 0;
  let most = 0;
  for (const { change } of changes.sort((a, b) => a.at - b.at || a.change - b.change)) {
    running += change;
    most = Math.max(most, running);
  }
  return most;
}

/** Two whose weights grow by a factor in each step, until the loss is not finite; and the others, with a seed each. */
const twoDiverge = {
  optimizer: { values: ['sgd', 'adam'] },
  momentum: { values: [0.98, 0.99], when: { optimizer: ['sgd'] } },
  nesterov: { values: [true], when: { optimizer: ['sgd'] } },
  learningRate: { values: [1], when: { optimizer: ['sgd'] } },
  l2: { values: [1], when: { optimizer: ['sgd'] } },
  batchSize: { values: [1], when: { optimizer: ['sgd'] } },
  seed: { integers: [1, 48] as [number, number], when: { optimizer: ['adam'] } },
};

export const sweepFailureCases: readonly Case[] = [
  {
    name: '50 trials, ten at once, of which two diverge and one is aborted: the table is right, and nothing is left running',
    run: async (context) => {
      const { client } = context;
      const [sweepId, trialCount, maxParallel, aborted] = ['fifty', 50, 10, 15];
      const dataset = await uploadTinyDataset(client, 'tiny');
      const { batchSize: _, ...settings } = tinyTrials;
      const startedAt = Date.now();
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...settings, dataset, modelName: 'fifty' },
        ...{ space: twoDiverge, sampler: 'grid', trialCount, maxParallel, maxFailed: 3 },
      });
      const pid = await suspendTrial(context, sweepId, aborted);
      const [training] = await client.findTrainings(`${sweepId}-${aborted}-`);
      await client.abort(training!.executionArn!);
      resume(pid);
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      console.log(`       ${trialCount} trials in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);

      assert.ok(await hasEverythingEnded(client, sweepId));
      const { trials } = await assertWholeSweep(client, sweepId);
      const expected = Array.from({ length: trialCount }, (_, index) =>
        index + 1 <= 2 ? 'TrainingDiverged' : index + 1 === aborted ? 'ExecutionFailed' : 'finished',
      );
      assert.deepEqual(
        trials.map((each) => each.error?.name ?? each.status),
        expected,
      );
      assert.deepEqual(
        await countJobsOfTrials(sweepId, trialCount),
        expected.map(() => 1),
      );
      const trainings = await client.findTrainings(`${sweepId}-`);
      assert.equal(trainings.length, trialCount + 1);
      assert.equal(countMostAtOnce(trainings), maxParallel);
      await assertSmallStates(client, executionArn);
    },
  },
  {
    name: 'a sweep with more failures than it tolerates fails, and when the cause is gone a redrive runs only what did not succeed',
    run: async (context) => {
      const { client } = context;
      const sweepId = 'too-many-failed';
      const dataset = await uploadTinyDataset(client, sweepId);
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...tinyTrials, dataset, modelName: 'redriven-sweep' },
        ...{ trialCount: 4, maxParallel: 1, maxFailed: 1 },
      });
      // The first trial has its images. Those of the others are damaged, until the sweep has failed.
      const pid = await suspendTrial(context, sweepId, 1);
      await uploadTinyDataset(client, sweepId, { isBroken: true });
      resume(pid);
      const { status, error } = await client.waitForEnd(executionArn);
      assert.deepEqual([status, error], ['FAILED', 'States.ExceedToleratedFailureThreshold']);
      assert.deepEqual(await countJobsOfTrials(sweepId, 4), [1, 0, 0, 0]);
      await uploadTinyDataset(client, sweepId);
      await client.redrive(executionArn);
      const end = await client.waitForEnd(executionArn);
      assert.equal(end.status, 'SUCCEEDED', end.cause);
      const results = await assertWholeSweep(client, sweepId);
      assert.deepEqual(statusesOf(results), ['finished', 'finished', 'finished', 'finished']);
      assert.deepEqual(await countJobsOfTrials(sweepId, 4), [1, 1, 1, 1]);
      const trainings = [];
      for (const trial of [1, 2, 3, 4]) trainings.push(await describeTrainings(client, sweepId, trial));
      const redriven = ['FAILED 0', 'SUCCEEDED 1'];
      assert.deepEqual(trainings, [['SUCCEEDED 0'], redriven, redriven, ['SUCCEEDED 0']]);
    },
  },
  {
    name: 'stopping a sweep ends its trainings within a minute, and a redrive continues them and trains no finished trial again',
    run: async (context) => {
      const { client } = context;
      const sweepId = 'stopped-sweep';
      const dataset = await uploadTinyDataset(client, 'tiny');
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...tinyTrials, dataset, modelName: 'stopped-sweep' },
        ...{ trialCount: 6, maxParallel: 2, maxFailed: 0 },
      });
      // One in each of the two places: the trials before them are finished, and the last one has no place.
      const pids: number[] = [];
      for (const trial of [3, 5]) pids.push(await suspendTrial(context, sweepId, trial));
      await client.abort(executionArn);
      pids.forEach(resume);
      const seconds = await waitUntilEverythingEnded(client, sweepId, endLimitSeconds);
      console.log(`       everything ended ${seconds.toFixed(1)} s after the stop`);
      for (const pid of pids) assert.ok(!isAlive(pid), 'A process of a stopped training still runs');
      assert.equal((await client.describe(executionArn)).status, 'ABORTED');
      assert.deepEqual(await countJobsOfTrials(sweepId, 6), [1, 1, 1, 1, 1, 0]);

      await client.redrive(executionArn);
      const end = await client.waitForEnd(executionArn);
      assert.equal(end.status, 'SUCCEEDED', end.cause);
      const results = await assertWholeSweep(client, sweepId);
      assert.deepEqual(new Set(statusesOf(results)), new Set(['finished']));
      assert.deepEqual(await countJobsOfTrials(sweepId, 6), [1, 1, 2, 1, 2, 1]);
      assert.deepEqual(await describeTrainings(client, sweepId, 3), ['ABORTED 0', 'SUCCEEDED 1']);
      assert.deepEqual(await describeTrainings(client, sweepId, 6), ['SUCCEEDED 0']);
    },
  },
  {
    name: 'a sweep that is stopped and continued by the command at once trains no finished trial again, and ends',
    run: async (context) => {
      const { client } = context;
      const sweepId = 'continued-sweep';
      const dataset = await uploadTinyDataset(client, 'tiny');
      await startSweep(client, sweepId, {
        settings: { ...tinyTrials, dataset, modelName: sweepId },
        ...{ trialCount: 3, maxParallel: 1, maxFailed: 0 },
      });
      const pid = await suspendTrial(context, sweepId, 2);
      const stopped = await runProgram(context, ['stop', sweepId]);
      assert.equal(stopped.code, 0, stopped.output);
      resume(pid);
      const continued = await runProgram(context, ['sweep', '--cloud', '--sweep-id', sweepId]);
      assert.equal(continued.code, 0, continued.output);
      assert.match(continued.output, /execution:.*:continued-sweep-execution-2/);
      const results = await assertWholeSweep(client, sweepId);
      assert.deepEqual(statusesOf(results), ['finished', 'finished', 'finished']);
      assert.deepEqual(await countJobsOfTrials(sweepId, 3), [1, 2, 1]);
      const trainings = await client.findTrainings(`${sweepId}-`);
      assert.equal(countMostAtOnce(trainings), 1);
    },
  },
];

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { trainingRecordSchema } from '../../lib/contracts/results';
import { trialRunId } from '../../lib/contracts/sweep';
import { estimateCostUsd } from '../../lib/pipeline/cost';
import { getJson } from '../../lib/store/json-objects';
import { halvingRungs } from '../../lib/sweep/stopping/halving';
import { assertSmallStates, type Case, parseFailure, uploadTinyDataset } from './cases';
import { readLines } from './log-cases';
import { findJobs, type PipelineClient } from './pipeline-client';
import { runProgram } from './program';
import { assertWholeSweep, countJobsOfTrials, startSweep, tinyTrials } from './started-sweep';
import { Subscriber } from './topic-subscriber';

const machineStartUsd = estimateCostUsd([{ name: 'train', seconds: 0 }], 'cpu')!;
/** Less than the start of one machine. */
const paysForNothing = machineStartUsd / 2;

const readTraining = ({ store }: PipelineClient, runId: string) =>
  getJson(store, objectKeys.training(runId), trainingRecordSchema);

export const sweepCases: readonly Case[] = [
  {
    name: 'a sweep with two rungs: the best third continues from its checkpoints, and the winner alone is tested and registered',
    run: async ({ client }) => {
      const sweepId = 'halved';
      const dataset = await uploadTinyDataset(client, 'tiny');
      const rungs = halvingRungs(3, 6);
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...tinyTrials, dataset, epochs: 3, modelName: 'halved' },
        ...{ trialCount: 6, stop: 'halving', rungs, maxParallel: 3, maxFailed: 0 },
      });
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      await assertSmallStates(client, executionArn);
      const { trials, winner } = await assertWholeSweep(client, sweepId);
      assert.deepEqual(rungs, [1, 3]);
      const reached = trials.map(({ epochs }) => epochs);
      assert.deepEqual([...reached].sort(), [1, 1, 1, 1, 3, 3]);
      for (const each of trials) assert.equal(each.status, each.epochs === 3 ? 'finished' : 'stopped');
      assert.deepEqual(
        await countJobsOfTrials(sweepId, 6),
        reached.map((epochs) => (epochs === 3 ? 2 : 1)),
      );

      // The steps of the first rung were not trained again, and those of the trial not by its winner.
      const trained = await readTraining(client, winner!.runId);
      assert.equal(trained.resumedFromStep, trained.stepCount / 3);
      const { resumedFromStep, weightsSha256 } = await readTraining(client, winner!.winnerRunId);
      assert.deepEqual([resumedFromStep, weightsSha256], [trained.stepCount, trained.weightsSha256]);
      assert.equal((await findJobs(winner!.winnerRunId)).length, 1);
      // For two rungs, the winner and the results.
      assert.equal((await readLines('SweepssweepLogs', sweepId)).metricCount, 4);
    },
  },
  {
    name: 'a sweep that its cost limit does not pay for wholly trains what it pays for, and its results have no more',
    run: async ({ client }) => {
      const sweepId = 'limited';
      const dataset = await uploadTinyDataset(client, 'tiny');
      // Of two trials and the winner.
      const maxCostUsd = 3.5 * machineStartUsd;
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...tinyTrials, dataset, modelName: 'limited' },
        ...{ trialCount: 4, maxParallel: 1, maxFailed: 0, maxCostUsd },
      });
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      const { trials } = await assertWholeSweep(client, sweepId);
      assert.deepEqual(
        trials.map((each) => each.status),
        ['finished', 'finished'],
      );
      assert.deepEqual(await countJobsOfTrials(sweepId, 4), [1, 1, 0, 0]);
      assert.equal(await client.store.head(objectKeys.config(trialRunId(sweepId, 3))), undefined);
      const cost = trials.reduce((sum, { costUsd }) => sum + costUsd, 0);
      assert.ok(cost > 2 * machineStartUsd && cost < maxCostUsd - machineStartUsd, `They cost $${cost}`);
    },
  },
  {
    name: 'a sweep whose cost limit pays for nothing fails with the reason, and trains nothing',
    run: async ({ client }) => {
      const sweepId = 'unpaid';
      const executionArn = await startSweep(client, sweepId, {
        settings: { ...tinyTrials },
        ...{ trialCount: 4, maxParallel: 2, maxFailed: 0, maxCostUsd: paysForNothing },
      });
      const { status, error, cause } = await client.waitForEnd(executionArn);
      assert.deepEqual([status, error], ['FAILED', 'InvalidInput'], cause);
      const { step, reason, remedy } = parseFailure(cause);
      assert.equal(step, 'sweep');
      assert.match(reason, /cost limit .* does not pay for one epoch/);
      assert.match(remedy, /runbook\.md#the-sweep-failed/);
      assert.equal((await assertSmallStates(client, executionArn)).at(-1), 'The sweep failed');
      assert.deepEqual(await client.findTrainings(`${sweepId}-`), []);
    },
  },
  {
    name: 'a sweep sends one message, whether it finished or failed, and its trials send none',
    run: async ({ client }) => {
      const subscriber = await Subscriber.to(client.outputs.TopicArn, 'sweep-messages');
      try {
        const dataset = await uploadTinyDataset(client, 'tiny');
        const common = { settings: { ...tinyTrials, dataset, modelName: 'told' }, trialCount: 2 };
        const limits = { maxParallel: 2, maxFailed: 0 };
        const failing = { ...common, ...limits, maxCostUsd: paysForNothing };
        await client.waitForEnd(await startSweep(client, 'told-failed', failing));
        await client.waitForEnd(await startSweep(client, 'told', { ...common, ...limits }));
        const { winner } = await assertWholeSweep(client, 'told');
        await subscriber.find(/sweep told finished/);
        const told = (await subscriber.receive()).filter(({ Subject }) => Subject.includes('told'));
        const [failed, finished] = told;
        assert.equal(told.length, 2, JSON.stringify(told));
        assert.match(failed!.Subject, /sweep told-failed failed: InvalidInput/);
        assert.match(failed!.Message, /does not pay for one epoch/);
        assert.match(finished!.Subject, new RegExp(`sweep told finished: trial ${winner!.trial}, accuracy`));
        assert.match(finished!.Message, /2 trials, 2 of them trained to the end, 0 stopped early, 0 failed/);
      } finally {
        await subscriber.leave();
      }
    },
  },
  {
    name: 'the command line starts a sweep in the cloud, follows it to its end, and shows it',
    run: async (context) => {
      const sweepId = 'swept-by-command';
      const dataset = await uploadTinyDataset(context.client, 'tiny');
      const file = join(context.folder, 'space.json');
      const settings = { ...tinyTrials, dataset, modelName: sweepId };
      await writeFile(file, JSON.stringify({ settings, space: { learningRate: [0.01, 0.1] } }));
      const { code, output } = await runProgram(context, [
        ...['sweep', file, '--cloud', '--compute', 'cpu', '--sweep-id', sweepId, '--sampler', 'grid'],
      ]);
      assert.equal(code, 0, output);
      const { winner } = await assertWholeSweep(context.client, sweepId);
      const shown = await runProgram(context, ['sweep', 'show', sweepId, '--cloud']);
      assert.equal(shown.code, 0, shown.output);
      for (const text of [output, shown.output]) assert.ok(text.includes(winner!.winnerRunId), text);
    },
  },
];

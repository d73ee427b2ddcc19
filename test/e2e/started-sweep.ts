import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { objectKeys } from '../../lib/contracts/object-keys';
import { historySchema, latestModelSchema, runRecordSchema } from '../../lib/contracts/results';
import {
  type SweepResults,
  sweepResultsSchema,
  sweepTrialSchema,
  trialRunId,
} from '../../lib/contracts/sweep';
import { openSweep, type RunnerLimits, type SweepPlan } from '../../lib/pipeline/sweep/open-sweep';
import { getJson } from '../../lib/store/json-objects';
import { checkSpace } from '../../lib/sweep/space';
import { assertWholeRun } from './cases';
import { type BatchJob, findAllJobs, type PipelineClient } from './pipeline-client';

/** Of all trials: one trains in a second, most of which its process takes to start. */
export const tinyTrials = {
  classes: 3,
  hidden: [2],
  batchSize: 20,
  epochs: 1,
  engine: 'wasm',
  validationFraction: 0.2,
};

const defaultPlan = {
  space: { learningRate: { logRange: [0.001, 0.1] } },
  sampler: 'random',
  samplerSeed: 1,
  stop: 'none',
  metric: 'validation-loss',
} satisfies Partial<SweepPlan>;

type TestedSweep = Pick<SweepPlan, 'settings' | 'trialCount'> &
  Partial<SweepPlan> &
  Required<Omit<RunnerLimits, 'maxCostUsd'>> &
  Pick<RunnerLimits, 'maxCostUsd'>;

/** Stores a sweep as a user would, and starts it. @returns the ARN of its execution. */
export async function startSweep(
  client: PipelineClient,
  sweepId: string,
  { maxParallel, maxFailed, maxCostUsd = 0, ...changes }: TestedSweep,
): Promise<string> {
  const epochs = changes.settings['epochs'] as number;
  const planned: SweepPlan = { ...defaultPlan, rungs: [epochs], ...changes };
  checkSpace(planned, sweepId);
  const limits = { maxParallel, maxFailed, maxCostUsd };
  const { release } = await openSweep(client.store, { sweepId, planned, limits }, () => new Date());
  await release();
  return client.startSweep(sweepId, { compute: 'cpu' });
}

/** Checks every file of a sweep that has a winner, and the winner's run. */
export async function assertWholeSweep(client: PipelineClient, sweepId: string): Promise<SweepResults> {
  const { store } = client;
  const results = await getJson(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  for (const { trial, runId, drawn, status, epochs } of results.trials) {
    assert.equal(runId, trialRunId(sweepId, trial));
    const stored = await getJson(store, objectKeys.sweepTrial(sweepId, trial), sweepTrialSchema);
    assert.deepEqual(stored.drawn, drawn);
    if (status === 'failed') continue;
    const history = await getJson(store, objectKeys.history(runId), historySchema);
    assert.deepEqual(
      history.epochs.map(({ epoch }) => epoch),
      Array.from({ length: epochs }, (_, index) => index + 1),
    );
  }
  assert.match(new TextDecoder().decode(await store.get(objectKeys.sweepPage(sweepId))), /<html/);
  await assertWinner(client, results);
  return results;
}

/** It is the best trial, has met the test images, and is registered. */
async function assertWinner(client: PipelineClient, { trials, winner }: SweepResults): Promise<void> {
  assert.ok(winner !== null, 'The sweep has no winner');
  const finished = trials.filter(({ status }) => status === 'finished');
  const [best] = finished.sort((a, b) => a.value! - b.value! || a.trial - b.trial);
  assert.equal(winner.trial, best!.trial);
  const { config, accuracy } = await assertWholeRun(client, winner.winnerRunId, best!.epochs);
  assert.deepEqual([config.evaluateOn, config.resumeFrom], ['test', best!.runId]);
  assert.equal(winner.testAccuracy, accuracy);
  const latest = await getJson(client.store, objectKeys.latestModel(config.modelName), latestModelSchema);
  assert.equal(latest.runId, winner.winnerRunId);
  const ofTrial = await getJson(client.store, objectKeys.runRecord(best!.runId), runRecordSchema);
  assert.equal(ofTrial.config.evaluateOn, 'validation');
}

/** The jobs of each trial, and of the winner. */
async function findJobsOfSweep(sweepId: string): Promise<BatchJob[]> {
  const isOwn = new RegExp(`^${sweepId}-(\\d+|winner)$`);
  return (await findAllJobs()).filter(({ jobName }) => isOwn.test(jobName));
}

/** How many jobs were submitted for each trial, in order. */
export async function countJobsOfTrials(sweepId: string, trialCount: number): Promise<number[]> {
  const jobs = await findJobsOfSweep(sweepId);
  const runIds = Array.from({ length: trialCount }, (_, index) => trialRunId(sweepId, index + 1));
  return runIds.map((runId) => jobs.filter(({ jobName }) => jobName === runId).length);
}

/** @returns whether every training and every job of a sweep has ended. */
export async function hasEverythingEnded(client: PipelineClient, sweepId: string): Promise<boolean> {
  const trainings = await client.findTrainings(`${sweepId}-`);
  if (trainings.some(({ status }) => status === 'RUNNING')) return false;
  return (await findJobsOfSweep(sweepId)).every(
    ({ status }) => status === 'SUCCEEDED' || status === 'FAILED',
  );
}

/** @returns the seconds that it took. */
export async function waitUntilEverythingEnded(
  client: PipelineClient,
  sweepId: string,
  limitSeconds: number,
): Promise<number> {
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1000;
  while (!(await hasEverythingEnded(client, sweepId))) {
    if (seconds() > limitSeconds)
      throw new Error(`Trainings of the sweep ${sweepId} still run after ${limitSeconds} s`);
    await pause(50);
  }
  return seconds();
}

import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { type Sweep, type SweepPrices, sweepPricesSchema } from '../../contracts/sweep';
import type { SweepInput, SweepOutput } from '../../contracts/sweep-steps';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { putJson } from '../../store/json-objects';
import { nextJobs } from '../../sweep/next-jobs';
import type { SweepState } from '../../sweep/sweep-state';
import { chooseCompute, type Deployment } from '../admit-run';
import { machinePrices } from '../cost';
import type { StepContext } from '../step-context';
import { drawAndStore } from './draw-trial';
import { readSweep, readTrials, stopIfPaused } from './read-sweep';
import { countFailed, recordFailures } from './record-failures';
import { describeJob, readRound, type TrialJob, winnerTrial, writeRound } from './round-jobs';
import { type PaidJob, shareBudget } from './sweep-budget';
import { planWinner } from './winner';
import { writeResults } from './write-results';
import { writeSweepPage } from './write-sweep-page';

/** Of a map and of the executions that it starts: within the burst of StartExecution in every region. */
const mostParallel = 500;
const trialsAtOnce = 16;

export interface RoundRequest extends SweepInput {
  readonly sweepId: string;
}

/**
 * Decides what a sweep does next, from what is in the store alone: records which jobs of the last round failed, draws and
 * promotes trials, and writes the jobs of the next round, which do not depend on each other. The round after the last
 * trial is that of the winner. Then the sweep is over, and gets its results. Asked again, it decides the same.
 *
 * @throws PermanentError ArtifactNotFound for a sweep without sweep.json, or whose winner did not finish; InvalidInput for
 *   a limit that pays for no training, or for more failures than the sweep tolerates.
 */
export async function decideRound(
  { sweepId, start, endedRound }: RoundRequest,
  deployment: Deployment,
  context: StepContext,
): Promise<SweepOutput> {
  const { store } = context;
  const sweep = await readSweep(store, sweepId);
  if (sweep === undefined) throw hasNoSweep(sweepId, store.location);
  const compute = chooseCompute(start.compute, deployment);
  const prices = await storePrices(sweepId, machinePrices(compute, deployment.gpuHourUsd), context);
  const ended = endedRound === 0 ? [] : await readRound(store, sweepId, endedRound);
  const trials = await recordFailures(sweep, await readTrials(store, sweep), ended, context);
  const failed = countFailed(trials);
  if (failed > sweep.maxFailed) throw hasTooManyFailures(sweep, failed);
  if (endedRound > 0) await writeSweepPage(store, { sweep, trials });

  const round = endedRound + 1;
  const decided = { round, maxParallel: Math.min(sweep.maxParallel, mostParallel) };
  const next = nextJobs({ sweep: { ...sweep, maxParallel: placesOf(sweep) }, trials });
  const paid = await shareBudget(next, { sweep, trials }, prices, context);
  if (paid.length > 0) {
    const jobs = await drawJobs(paid, { sweep, trials }, context);
    await writeRound(
      store,
      sweepId,
      round,
      jobs.map((job) => describeJob(sweepId, job, compute)),
    );
    // A trial that exceeds its share of the limit is no failure of the sweep, and the map cannot tell them apart.
    const toleratedFailures = sweep.maxCostUsd > 0 ? jobs.length : sweep.maxFailed - failed;
    return { ...decided, jobCount: jobs.length, toleratedFailures };
  }
  const state: SweepState = { sweep, trials: trials.map(stopIfPaused) };
  const winner = await planWinner(store, state);
  if (winner !== undefined && !winner.isPublished) {
    if (ended.some(({ trial }) => trial === winnerTrial)) throw hasNoWinner(winner.runId);
    await writeRound(store, sweepId, round, [
      describeJob(sweepId, { trial: winnerTrial, ...winner }, compute),
    ]);
    // Below the quality gate its execution fails, and its run has what the results need.
    return { ...decided, jobCount: 1, toleratedFailures: 1 };
  }
  await writeResults(state, winner, context);
  return { ...decided, jobCount: 0, toleratedFailures: 0 };
}

/** Where the next round learns from the last one, or has what the last one left of the limit, a round is small. */
const placesOf = ({ sampler, maxParallel, maxCostUsd, trialCount }: Sweep) =>
  sampler === 'tpe' || maxCostUsd > 0 ? Math.min(maxParallel, mostParallel) : trialCount;

async function storePrices(
  sweepId: string,
  machine: Pick<SweepPrices, 'machineStartUsd' | 'trainingSecondUsd'>,
  { store }: StepContext,
): Promise<SweepPrices> {
  const prices: SweepPrices = { schemaVersion: 1, sweepId, ...machine };
  await putJson(store, objectKeys.sweepPrices(sweepId), sweepPricesSchema, prices);
  return prices;
}

/** Draws the trials that have their first job. */
async function drawJobs(jobs: readonly PaidJob[], state: SweepState, { store }: StepContext) {
  const described: TrialJob[] = [];
  await forEachConcurrently(jobs.entries(), trialsAtOnce, async ([index, job]) => {
    const { runId, config } = state.trials[job.trial - 1] ?? (await drawAndStore(store, state, job.trial));
    const { trial, untilEpoch, costLimitUsd } = job;
    const pause = untilEpoch < config.epochs ? { pauseAfterEpoch: untilEpoch } : {};
    described[index] = {
      trial,
      runId,
      config,
      ...pause,
      ...(costLimitUsd !== undefined && { costLimitUsd }),
    };
  });
  return described;
}

function hasNoSweep(sweepId: string, location: string): PermanentError {
  return new PermanentError(
    'ArtifactNotFound',
    `There is no sweep "${sweepId}" in ${location}: ${objectKeys.sweep(sweepId)} is absent. Start a sweep with "mnist-pipeline sweep SPACE --cloud", which writes it.`,
    { evidence: { sweepId } },
  );
}

function hasTooManyFailures({ sweepId, maxFailed }: Sweep, failed: number): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `${failed === 1 ? 'A trial' : `${failed} trials`} of the sweep "${sweepId}" ${failed === 1 ? 'has' : 'have'} failed, and ${maxFailed} may fail. Give a higher --max-failed to continue it.`,
    { evidence: { sweepId, failed, maxFailed } },
  );
}

function hasNoWinner(runId: string): PermanentError {
  return new PermanentError(
    'ArtifactNotFound',
    `The winner's run "${runId}" did not finish: ${objectKeys.runRecord(runId)} is absent. Its execution has the reason.`,
    { evidence: { runId } },
  );
}

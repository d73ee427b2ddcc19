import type { Compute } from '../../contracts/compute';
import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { type Sweep, type SweepPrices, sweepPricesSchema } from '../../contracts/sweep';
import type { SweepInput, SweepOutput } from '../../contracts/sweep-steps';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { putJson } from '../../store/json-objects';
import { nextJobs } from '../../sweep/next-jobs';
import type { SweepState, Trial } from '../../sweep/sweep-state';
import { chooseCompute, type Deployment } from '../admit-run';
import { limitTrainingSeconds, machinePrices } from '../cost';
import type { StepContext } from '../step-context';
import { drawAndStore } from './draw-trial';
import { readPrices, readSweep, readTrials, stopIfOpen } from './read-sweep';
import { countFailed, findFailures, isFailure, recordFailures, withFailures } from './record-failures';
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
 *   a limit that pays for no training, for more failures than the sweep tolerates, and for another compute.
 */
export async function decideRound(
  { sweepId, start, endedRound }: RoundRequest,
  deployment: Deployment,
  context: StepContext,
): Promise<SweepOutput> {
  const { store } = context;
  const sweep = await readSweep(store, sweepId);
  if (sweep === undefined) throw hasNoSweep(sweepId, store.location);
  const prices = await keepPrices(sweepId, start.compute, deployment, context);
  const ended = endedRound === 0 ? undefined : await readRound(store, sweepId, endedRound);
  const read = await readTrials(store, sweep);
  const failures = await findFailures(
    store,
    { sweep, trials: read },
    ended,
    ({ input: { costLimitUsd = 0 } }) =>
      limitTrainingSeconds(costLimitUsd, prices.compute, deployment.gpuHourUsd),
  );
  const trials = withFailures(read, failures);
  if (countFailed(trials) > sweep.maxFailed) throw hasTooManyFailures(sweep, trials);
  // Those of a round that is refused are not recorded: another execution runs what can succeed.
  await recordFailures(sweepId, failures, context);
  if (endedRound > 0) await writeSweepPage(store, { sweep, trials });

  const round = endedRound + 1;
  const decided = { round, maxParallel: Math.min(sweep.maxParallel, mostParallel) };
  const next = nextJobs({ sweep: { ...sweep, maxParallel: placesOf(sweep) }, trials });
  const paid = await shareBudget(next, { sweep, trials }, prices, context);
  if (paid.length > 0) {
    const jobs = await drawJobs(paid, { sweep, trials }, context);
    await writeRound(
      store,
      sweep,
      round,
      jobs.map((job) => describeJob(sweepId, job, prices.compute)),
    );
    // A trial that exceeds its share of the limit is no failure of the sweep, and the map cannot tell them apart.
    const toleratedFailures = sweep.maxCostUsd > 0 ? jobs.length : sweep.maxFailed - countFailed(trials);
    return { ...decided, jobCount: jobs.length, toleratedFailures };
  }
  const state: SweepState = { sweep, trials: trials.map(stopIfOpen) };
  const winner = await planWinner(store, state);
  if (winner !== undefined && !winner.isPublished) {
    if (ended?.jobs.some(({ trial }) => trial === winnerTrial)) throw hasNoWinner(winner.runId);
    await writeRound(store, sweep, round, [
      describeJob(sweepId, { trial: winnerTrial, ...winner }, prices.compute),
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

/**
 * The machines are those of the sweep's first execution, because a trial that has begun continues on the same.
 *
 * @throws PermanentError InvalidInput for another compute than that.
 */
async function keepPrices(
  sweepId: string,
  wanted: Compute | undefined,
  deployment: Deployment,
  { store }: StepContext,
): Promise<SweepPrices> {
  const stored = await readPrices(store, sweepId);
  if (stored !== undefined && wanted !== undefined && wanted !== stored.compute)
    throw hasOtherCompute(sweepId, stored.compute, wanted);
  const compute = chooseCompute(stored?.compute ?? wanted, deployment);
  if (stored !== undefined) return stored;
  const machine = machinePrices(compute, deployment.gpuHourUsd);
  const prices: SweepPrices = { schemaVersion: 1, sweepId, compute, ...machine };
  await putJson(store, objectKeys.sweepPrices(sweepId), sweepPricesSchema, prices);
  return prices;
}

/** Draws the trials that have their first job. TPE knows those that were drawn before in the same round. */
async function drawJobs(
  jobs: readonly PaidJob[],
  { sweep, trials: known }: SweepState,
  { store }: StepContext,
) {
  const trials = [...known];
  const described: TrialJob[] = [];
  const isLearning = sweep.sampler === 'tpe';
  const atOnce = isLearning ? 1 : trialsAtOnce;
  const state = { sweep, trials: isLearning ? trials : known };
  await forEachConcurrently(jobs.entries(), atOnce, async ([index, { trial, untilEpoch, costLimitUsd }]) => {
    trials[trial - 1] ??= await drawAndStore(store, state, trial);
    const { runId, config } = trials[trial - 1]!;
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

function hasOtherCompute(sweepId: string, compute: Compute, wanted: Compute): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `The sweep "${sweepId}" trains with compute "${compute}", and "${wanted}" was given. Leave it out to continue the sweep, or start another sweep.`,
    { evidence: { sweepId, compute, wanted } },
  );
}

function hasTooManyFailures({ sweepId, maxFailed }: Sweep, trials: readonly Trial[]): PermanentError {
  const failed = countFailed(trials);
  const first = trials.find(isFailure)!;
  const what = failed === 1 ? 'A trial' : `${failed} trials`;
  return new PermanentError(
    'InvalidInput',
    `${what} of the sweep "${sweepId}" failed, and ${maxFailed} may fail. Trial ${first.trial}: ${first.error!.message} To continue it: mnist-pipeline sweep --cloud --sweep-id ${sweepId} --max-failed ${failed}, which tolerates trials that diverged, and runs the others again.`,
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

import { type TrainingOutcome, trainingOutcomeSchema } from '../../contracts/execution';
import { objectKeys } from '../../contracts/object-keys';
import { trainingSpendingSchema } from '../../contracts/results';
import { sweepFailureSchema } from '../../contracts/sweep';
import type { RoundJob, SweepRound } from '../../contracts/sweep-steps';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { encodeJson, getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { SweepState, Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';
import { costLimitExceeded, isHigherLimit } from './read-sweep';

const readsAtOnce = 16;

/** The failure of a trial; `name` is that of an error. */
interface TrialFailure {
  readonly name: string;
  readonly message: string;
  /** Of the sweep, where the trial exceeded its share of it. */
  readonly maxCostUsd?: number;
}
/** By the number of the trial. */
export type TrialFailures = ReadonlyMap<number, TrialFailure>;

/**
 * The trials that have failed and are not recorded yet: those whose job in the last round ended short of its epochs. Before
 * the first round of an execution, those that diverged in an earlier one, and would diverge again.
 *
 * @param ended - the last round. @default - the execution has none yet
 * @param secondsLimit - of the training of a job in it; 0 for none.
 */
export async function findFailures(
  store: ObjectStore,
  { sweep, trials }: SweepState,
  ended: SweepRound | undefined,
  secondsLimit: (job: RoundJob) => number,
): Promise<TrialFailures> {
  const jobs = new Map(ended?.jobs.map((job) => [job.trial, job]));
  const failures = new Map<number, TrialFailure>();
  const open = trials.filter(({ status }) => status !== 'failed' && status !== 'finished');
  await forEachConcurrently(open, readsAtOnce, async (trial) => {
    const job = jobs.get(trial.trial);
    const isDecided = job === undefined ? ended !== undefined : hasReached(trial, job);
    if (isDecided) return;
    const key = objectKeys.trainingOutcome(trial.runId);
    const outcome = await getJsonIfPresent(store, key, trainingOutcomeSchema);
    if (job === undefined) {
      const divergence = explainDivergence(outcome);
      if (divergence !== undefined) failures.set(trial.trial, divergence);
    } else if (isCostLimitExceeded(outcome) && (await hasUsed(store, trial, secondsLimit(job)))) {
      const maxCostUsd = ended?.maxCostUsd ?? sweep.maxCostUsd;
      // With a limit that was raised or removed since, the trial goes on.
      if (maxCostUsd > 0 && !isHigherLimit(sweep.maxCostUsd, maxCostUsd))
        failures.set(trial.trial, { name: outcome.error, message: outcome.message, maxCostUsd });
    } else failures.set(trial.trial, explainFailure(outcome, job));
  });
  return failures;
}

export function withFailures(trials: readonly Trial[], failures: TrialFailures): Trial[] {
  return trials.map((trial) => {
    const error = failures.get(trial.trial);
    return error === undefined ? trial : { ...trial, status: 'failed', value: undefined, error };
  });
}

export async function recordFailures(
  sweepId: string,
  failures: TrialFailures,
  { store, now }: Pick<StepContext, 'store' | 'now'>,
): Promise<void> {
  for (const [trial, failure] of failures) {
    const whole = { schemaVersion: 1, sweepId, trial, ...failure, failedAt: now().toISOString() };
    const recorded = sweepFailureSchema.parse(whole);
    const key = objectKeys.sweepFailure(sweepId, trial);
    const earlier = await getJsonIfPresent(store, key, sweepFailureSchema);
    // The one for a lower limit is not final.
    if (earlier?.name === costLimitExceeded) await putJson(store, key, sweepFailureSchema, recorded);
    else await store.putIfAbsent(key, encodeJson(recorded));
  }
}

/** A trial that the sweep's cost limit ended did nothing wrong. */
export const isFailure = ({ status, error }: Trial): boolean =>
  status === 'failed' && error?.name !== costLimitExceeded;

export const countFailed = (trials: readonly Trial[]): number => trials.filter(isFailure).length;

function hasReached({ epochs }: Trial, { input: { pauseAfterEpoch } }: RoundJob): boolean {
  return pauseAfterEpoch !== undefined && epochs.length >= pauseAfterEpoch;
}

function explainDivergence(outcome: TrainingOutcome | undefined): TrialFailure | undefined {
  const hasDiverged = outcome?.status === 'failed' && outcome.error === 'TrainingDiverged';
  return hasDiverged ? { name: outcome.error, message: outcome.message } : undefined;
}

type FailedOutcome = Extract<TrainingOutcome, { status: 'failed' }>;

const isCostLimitExceeded = (outcome: TrainingOutcome | undefined): outcome is FailedOutcome =>
  outcome?.status === 'failed' && outcome.error === costLimitExceeded;

/** Otherwise the outcome is that of an earlier job, under a lower limit: nothing removes it. */
async function hasUsed(store: ObjectStore, { runId }: Trial, secondsLimit: number): Promise<boolean> {
  const key = objectKeys.trainingSpending(runId);
  const spending = await getJsonIfPresent(store, key, trainingSpendingSchema);
  return secondsLimit > 0 && (spending?.seconds ?? 0) >= secondsLimit;
}

function explainFailure(outcome: TrainingOutcome | undefined, { name }: RoundJob): TrialFailure {
  if (outcome?.status === 'failed' && outcome.error !== costLimitExceeded)
    return { name: outcome.error, message: outcome.message };
  return {
    name: 'ExecutionFailed',
    message: `Its training ended without a result: it was refused or stopped, or lost its machine. The execution whose name begins with "${name}-" has the reason.`,
  };
}

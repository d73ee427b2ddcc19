import type { PermanentErrorName } from '../../contracts/errors';
import { type TrainingOutcome, trainingOutcomeSchema } from '../../contracts/execution';
import { objectKeys } from '../../contracts/object-keys';
import { type Sweep, sweepFailureSchema } from '../../contracts/sweep';
import type { RoundJob } from '../../contracts/sweep-steps';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { encodeJson, getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';

const readsAtOnce = 16;
const costLimitExceeded = 'CostLimitExceeded' satisfies PermanentErrorName;

/** The failure of a trial; `name` is that of an error. */
interface TrialFailure {
  readonly name: string;
  readonly message: string;
}
/** By the number of the trial. */
export type TrialFailures = ReadonlyMap<number, TrialFailure>;

/**
 * The trials that have failed and are not recorded yet: those whose job in the last round ended short of its epochs. Before
 * the first round of an execution, those that diverged in an earlier one, and would diverge again.
 */
export async function findFailures(
  store: ObjectStore,
  trials: readonly Trial[],
  ended: readonly RoundJob[],
): Promise<TrialFailures> {
  const jobs = new Map(ended.map((job) => [job.trial, job]));
  const failures = new Map<number, TrialFailure>();
  const open = trials.filter(({ status }) => status !== 'failed' && status !== 'finished');
  await forEachConcurrently(open, readsAtOnce, async (trial) => {
    const job = jobs.get(trial.trial);
    const isDecided = job === undefined ? ended.length > 0 : hasReached(trial, job);
    if (isDecided) return;
    const key = objectKeys.trainingOutcome(trial.runId);
    const outcome = await getJsonIfPresent(store, key, trainingOutcomeSchema);
    const failure = job === undefined ? explainDivergence(outcome) : explainFailure(outcome, job);
    if (failure !== undefined) failures.set(trial.trial, failure);
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
  { sweepId, maxCostUsd }: Pick<Sweep, 'sweepId' | 'maxCostUsd'>,
  failures: TrialFailures,
  { store, now }: Pick<StepContext, 'store' | 'now'>,
): Promise<void> {
  for (const [trial, { name, message }] of failures) {
    const failedAt = now().toISOString();
    const failure = { schemaVersion: 1, sweepId, trial, name, message, failedAt };
    const key = objectKeys.sweepFailure(sweepId, trial);
    // The one for a lower limit is not final.
    if (name === costLimitExceeded)
      await putJson(store, key, sweepFailureSchema, sweepFailureSchema.parse({ ...failure, maxCostUsd }));
    else await store.putIfAbsent(key, encodeJson(sweepFailureSchema.parse(failure)));
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

function explainFailure(outcome: TrainingOutcome | undefined, { name }: RoundJob): TrialFailure {
  if (outcome?.status === 'failed') return { name: outcome.error, message: outcome.message };
  return {
    name: 'ExecutionFailed',
    message: `Its training ended without a result: it was refused or stopped, or lost its machine. The execution whose name begins with "${name}-" has the reason.`,
  };
}

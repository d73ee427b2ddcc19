import { type TrainingOutcome, trainingOutcomeSchema } from '../../contracts/execution';
import { objectKeys } from '../../contracts/object-keys';
import { type Sweep, sweepFailureSchema } from '../../contracts/sweep';
import type { RoundJob } from '../../contracts/sweep-steps';
import { encodeJson, getJsonIfPresent } from '../../store/json-objects';
import type { Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';

/**
 * Records which trials of a round failed: those whose job has ended short of its epochs.
 *
 * @returns all trials, as they are then.
 */
export async function recordFailures(
  sweep: Sweep,
  trials: readonly Trial[],
  ended: readonly RoundJob[],
  context: StepContext,
): Promise<Trial[]> {
  const jobs = new Map(ended.map((job) => [job.trial, job]));
  const recorded: Trial[] = [];
  for (const trial of trials) {
    const job = jobs.get(trial.trial);
    const isShort = job !== undefined && trial.status !== 'failed' && !hasReached(trial, job);
    recorded.push(isShort ? await recordFailure(trial, job, sweep, context) : trial);
  }
  return recorded;
}

/** A trial that the sweep's cost limit ended did nothing wrong. */
export const countFailed = (trials: readonly Trial[]): number =>
  trials.filter(({ status, error }) => status === 'failed' && error?.name !== 'CostLimitExceeded').length;

function hasReached({ status, epochs }: Trial, { input }: RoundJob): boolean {
  const { pauseAfterEpoch } = input;
  return status === 'finished' || (pauseAfterEpoch !== undefined && epochs.length >= pauseAfterEpoch);
}

async function recordFailure(
  trial: Trial,
  job: RoundJob,
  { sweepId }: Sweep,
  { store, now }: StepContext,
): Promise<Trial> {
  const key = objectKeys.trainingOutcome(trial.runId);
  const outcome = await getJsonIfPresent(store, key, trainingOutcomeSchema);
  const error = explainFailure(outcome, job);
  const failure = { schemaVersion: 1, sweepId, trial: trial.trial, ...error, failedAt: now().toISOString() };
  await store.putIfAbsent(
    objectKeys.sweepFailure(sweepId, trial.trial),
    encodeJson(sweepFailureSchema.parse(failure)),
  );
  return { ...trial, status: 'failed', value: undefined, error };
}

function explainFailure(outcome: TrainingOutcome | undefined, { name }: RoundJob) {
  if (outcome?.status === 'failed') return { name: outcome.error, message: outcome.message };
  return {
    name: 'ExecutionFailed',
    message: `Its training ended without a result: it was refused or stopped, or lost its machine. The execution whose name begins with "${name}-" has the reason.`,
  };
}

import { isNamed, type PipelineError } from '../../contracts/errors';
import type { SweepResults } from '../../contracts/sweep';
import type { SweepState } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';
import { register } from '../steps/register';
import { stopIfOpen } from './read-sweep';
import type { Trainers } from './trainers';
import { planWinner, type Winner } from './winner';
import { writeResults } from './write-results';

export interface FinishedSweep {
  readonly state: SweepState;
  readonly results: SweepResults;
  /** The winner's test accuracy is below `minAccuracy`: the results are written, and its model is not registered. */
  readonly gateFailure?: PipelineError;
}

/** Ends a sweep that has no job left: the winner alone meets the test set, and the results are written last. */
export async function finishSweep(
  { sweep, trials }: SweepState,
  trainers: Trainers,
  context: StepContext,
): Promise<FinishedSweep> {
  const state: SweepState = { sweep, trials: trials.map(stopIfOpen) };
  const winner = await planWinner(context.store, state);
  const gateFailure = winner && (await testWinner(winner, trainers, context));
  const finished = await writeResults(state, winner, context);
  return { ...finished, ...(gateFailure && { gateFailure }) };
}

async function testWinner(
  { best, runId, config, isPublished }: Winner,
  trainers: Trainers,
  context: StepContext,
): Promise<PipelineError | undefined> {
  context.notify({ type: 'note', message: `Testing the best trial, ${best.runId}, as ${runId}` });
  const quiet = { ...context, notify: () => {} };
  if (!isPublished) await trainers.train({ runId, config }, quiet.notify, context.signal);
  return register({ runId }, quiet).then(() => undefined, keepGateFailure);
}

function keepGateFailure(error: unknown): PipelineError {
  if (isNamed(error, 'QualityGateFailed')) return error;
  throw error;
}

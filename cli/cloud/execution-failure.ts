import type { Execution } from '../../lib/cloud/executions';
import {
  PermanentError,
  type PermanentErrorName,
  type PipelineError,
  permanentErrorNames,
  TransientError,
  transientErrorNames,
  WorkflowError,
} from '../../lib/contracts/errors';
import { executionFailureSchema } from '../../lib/contracts/execution';
import { explainCause, parseJson } from './explain-cause';

/** The workflow decided to end like this: a redrive would only come to the same decision. */
export function isDecision({ error }: Execution): boolean {
  return permanentErrorNames.some((name) => name === error);
}

/**
 * The error that a failed execution stands for, under the same name as on a laptop.
 *
 * @param redriveCommand - what takes this run up again.
 */
export function asPipelineError(execution: Execution, redriveCommand: string): PipelineError {
  const { runId, status, error, cause, isRedrivable } = execution;
  const evidence = { runId, status, error: error ?? null };
  const remedy = isRedrivable
    ? `To go on at the step where it ended: ${redriveCommand}`
    : 'It cannot be taken up again: start a new run.';
  if (status === 'ABORTED') {
    return new WorkflowError('ExecutionFailed', `The run "${runId}" was stopped${explainCause(cause)}. ${remedy}`, {
      evidence,
    });
  }
  if (status === 'TIMED_OUT') {
    return new WorkflowError('ExecutionFailed', `The run "${runId}" ran out of time. ${remedy}`, { evidence });
  }
  if (isDecision(execution)) {
    const decided = executionFailureSchema.safeParse(parseJson(cause));
    const step = decided.success ? ` in the step "${decided.data.step}"` : '';
    return new PermanentError(
      error as PermanentErrorName,
      `The run "${runId}" failed${step}${explainCause(cause)}`,
      { evidence },
    );
  }
  const message = `The run "${runId}" failed with ${error ?? 'no error name'}${explainCause(cause)} ${remedy}`;
  // A step that was interrupted in the cloud says nothing about a Ctrl-C here.
  return transientErrorNames.some((name) => name === error)
    ? new TransientError('StoreUnavailable', message, { evidence })
    : new WorkflowError('ExecutionFailed', message, { evidence });
}

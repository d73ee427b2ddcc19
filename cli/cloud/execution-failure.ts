import type { Execution } from '../../lib/cloud/executions';
import { explainCause, readJobExitCode, readTrace } from '../../lib/cloud/explain-cause';
import {
  PermanentError,
  type PermanentErrorName,
  permanentErrorNames,
  TransientError,
  transientErrorNames,
  WorkflowError,
} from '../../lib/contracts/errors';
import { executionFailureSchema, trainExitCodes } from '../../lib/contracts/execution';
import { parseJson } from '../../lib/contracts/parse';

/** The workflow decided to end like this: a redrive would only come to the same decision. */
export function isDecision({ error }: Execution): boolean {
  return permanentErrorNames.some((name) => name === error);
}

/**
 * The error that a failed execution stands for, under the same name as on a laptop; a plain `Error` for a bug.
 *
 * @param redriveCommand - what takes this run up again.
 */
export function asFailure(execution: Execution, redriveCommand: string): Error {
  const { runId, status, error, cause, isRedrivable } = execution;
  const details = { evidence: { runId, status, error: error ?? null } };
  const remedy = isRedrivable
    ? `To go on at the step where it ended: ${redriveCommand}`
    : 'It cannot be taken up again: start a new run.';
  const explained = sentence(explainCause(cause));
  if (status === 'ABORTED') {
    const text = `The run "${runId}" was stopped${explained} ${remedy}`;
    return new WorkflowError('ExecutionFailed', text, details);
  }
  if (status === 'TIMED_OUT')
    return new WorkflowError('ExecutionFailed', `The run "${runId}" ran out of time. ${remedy}`, details);
  if (isDecision(execution)) {
    const decided = executionFailureSchema.safeParse(parseJson(cause));
    const step = decided.success ? ` in the step "${decided.data.step}"` : '';
    return new PermanentError(
      error as PermanentErrorName,
      `The run "${runId}" failed${step}${explained}`,
      details,
    );
  }
  const message = `The run "${runId}" failed with ${error ?? 'no error name'}${explained} ${remedy}`;
  // A step that was interrupted in the cloud says nothing about a Ctrl-C here.
  if (transientErrorNames.some((name) => name === error))
    return new TransientError('StoreUnavailable', message, details);
  if (isBug(execution))
    return Object.assign(new Error(message), { stack: [message, ...readTrace(cause)].join('\n') });
  return new WorkflowError('ExecutionFailed', message, details);
}

/** AWS's own error names have a dot (`States.Timeout`), ours are known: what is left is JavaScript's (`TypeError`). */
function isBug({ error, cause }: Execution): boolean {
  const isJavaScripts = error !== undefined && error !== '' && !error.includes('.');
  return isJavaScripts || readJobExitCode(cause) === trainExitCodes.unexpected;
}

/** Ends with a full stop, whatever the service ended with. */
function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

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

/** The workflow ended by its own decision, which a redrive would repeat. */
export function isDecision({ error }: Execution): boolean {
  return permanentErrorNames.some((name) => name === error);
}

/** What messages say about an execution. */
interface Wording {
  readonly noun: 'run' | 'sweep';
  /** What to do about one that cannot be redriven: a sentence. */
  readonly otherwise: string;
}

const ofRun: Wording = { noun: 'run', otherwise: 'It cannot be resumed: start a new run.' };

/**
 * Converts a failed execution to an error with the same name as a local run's or sweep's; a bug becomes a plain `Error`.
 *
 * @param redriveCommand - the command that resumes it.
 */
export function asFailure(
  execution: Execution,
  redriveCommand: string,
  { noun, otherwise }: Wording = ofRun,
): Error {
  const { id, status, error, cause, isRedrivable } = execution;
  const details = { evidence: { id, status, error: error ?? null } };
  const what = `The ${noun} "${id}"`;
  const remedy = isRedrivable ? `To resume it at the step where it ended: ${redriveCommand}` : otherwise;
  const explained = sentence(explainCause(cause));
  if (status === 'ABORTED') {
    const text = `${what} was stopped${explained} ${remedy}`;
    return new WorkflowError('ExecutionFailed', text, details);
  }
  if (status === 'TIMED_OUT')
    return new WorkflowError('ExecutionFailed', `${what} ran out of time. ${remedy}`, details);
  if (isDecision(execution)) {
    const decided = executionFailureSchema.safeParse(parseJson(cause));
    const step = decided.success ? ` in the step "${decided.data.step}"` : '';
    return new PermanentError(error as PermanentErrorName, `${what} failed${step}${explained}`, details);
  }
  const message = `${what} failed with ${error ?? 'no error name'}${explained} ${remedy}`;
  // An interrupted step on AWS is not a Ctrl-C on this machine.
  if (transientErrorNames.some((name) => name === error))
    return new TransientError('StoreUnavailable', message, details);
  if (isBug(execution))
    return Object.assign(new Error(message), { stack: [message, ...readTrace(cause)].join('\n') });
  return new WorkflowError('ExecutionFailed', message, details);
}

/** AWS's own error names have a dot (`States.Timeout`) and the pipeline's are known, so any other is JavaScript's (`TypeError`). */
function isBug({ error, cause }: Execution): boolean {
  const isJavaScripts = error !== undefined && error !== '' && !error.includes('.');
  return isJavaScripts || readJobExitCode(cause) === trainExitCodes.unexpected;
}

/** Adds a full stop if the service's text has none. */
function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

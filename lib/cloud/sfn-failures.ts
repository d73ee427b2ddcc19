import { PermanentError, WorkflowError } from '../contracts/errors';
import {
  connectionAdvice,
  credentialAdvice,
  failureOf,
  isCredentialFailure,
  isTransientFailure,
} from '../store/aws-failures';
import type { StackLocation } from './find-stack';

export interface Request {
  /** Ends a sentence: `start the run "friday"`. */
  readonly action: string;
  /** The right that the identity needs, such as `states:StartExecution`. */
  readonly permission: string;
  /** The name of the execution. */
  readonly name: string | undefined;
  readonly kind: ExecutionKind;
  readonly stack: StackLocation;
}

/** What the executions of a state machine are of. */
export type ExecutionKind = 'run' | 'sweep';

const remedies: Readonly<Record<ExecutionKind, Readonly<Record<'taken' | 'unknown' | 'ended', string>>>> = {
  run: {
    taken: 'Choose another --run-id, or leave it out.',
    unknown: '"mnist-pipeline runs --cloud" lists the runs.',
    ended: 'Start a new run with "mnist-pipeline train --cloud".',
  },
  sweep: {
    taken: 'Try again in a minute, or choose another --sweep-id.',
    unknown: '"mnist-pipeline sweep show --cloud" shows the newest sweep.',
    ended: 'Give its --sweep-id to "mnist-pipeline sweep --cloud", which goes on with it.',
  },
};

/** Converts an error of the SDK to the pipeline's own. Other errors are returned unchanged. */
export function asWorkflowFailure(error: unknown, request: Request): unknown {
  const { action, permission, kind, stack } = request;
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const { name, message, status, answeredBy } = failure;
  const where = `the stack "${stack.name}" (account ${stack.account}, ${stack.region})`;
  const said = `${answeredBy === 'proxy' ? 'The proxy' : 'Step Functions'} said ${name}${status === undefined ? '' : ` (HTTP ${status})`}: ${message}`;
  const details = {
    evidence: { stack: stack.name, execution: request.name ?? null, error: name, status: status ?? null },
    cause: error,
  };
  const permanent = (errorName: 'InvalidInput' | 'ArtifactNotFound' | 'RunExists', text: string) =>
    new PermanentError(errorName, `Cannot ${action}: ${text} ${said}`, details);

  switch (name) {
    case 'ExecutionAlreadyExists':
      return permanent(
        'RunExists',
        `another execution of ${where} has this name, and a name can be used only once. ${remedies[kind].taken}`,
      );
    case 'ExecutionDoesNotExist':
      return permanent(
        'ArtifactNotFound',
        `${where} has no such execution, or it ended more than 90 days ago. ${remedies[kind].unknown}`,
      );
    case 'ExecutionNotRedrivable':
      return permanent(
        'InvalidInput',
        `only an execution that failed, was stopped or timed out within the last 14 days can be redriven. ${remedies[kind].ended}`,
      );
    case 'StateMachineDoesNotExist':
    case 'StateMachineDeleting':
      return permanent(
        'InvalidInput',
        `${where} does not exist any more. Deploy it with "npm run deploy", or check the account (aws sts get-caller-identity), --stack and AWS_ENDPOINT_URL.`,
      );
    case 'ExecutionLimitExceeded':
      return new WorkflowError(
        'WorkflowUnavailable',
        `Cannot ${action}: the account has reached its limit of running executions. ${said} Try again when some have ended.`,
        details,
      );
    default:
  }
  const advice = connectionAdvice(failure);
  if (advice !== undefined) return permanent('InvalidInput', advice);
  // Only services with a JSON protocol have these two.
  const isUnsigned = /^(InvalidSignature|MissingAuthenticationToken)(Exception)?$/.test(name);
  if (isCredentialFailure(failure) || isUnsigned) return permanent('InvalidInput', credentialAdvice);
  // A failure of the service, not of the store, so the name differs from S3's.
  if (isTransientFailure(failure)) {
    return new WorkflowError('WorkflowUnavailable', `Cannot ${action} for now. ${said} Try again.`, details);
  }
  if (status === 403 || /^AccessDenied/.test(name)) {
    return permanent('InvalidInput', `this identity lacks the permission ${permission} on ${where}.`);
  }
  return permanent('InvalidInput', `Step Functions refused the request to ${where}.`);
}

import { Fail } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ExecutionFailure } from '../../lib/contracts/execution';

/** Step Functions takes 32,768 characters as a cause; ours are read by people, and travel in the state. */
const maxReasonCharacters = 1500;

/** Puts what a step threw into the state: its name, and its message out of the JSON that Lambda wraps it in. */
export const caughtError = {
  error: '{% $states.errorOutput.Error %}',
  message: `{% $substring($parse($states.errorOutput.Cause).errorMessage, 0, ${maxReasonCharacters}) %}`,
};

export interface FailureProps {
  readonly step: ExecutionFailure['step'];
  /** A name, or a JSONata expression without its braces. */
  readonly error: { readonly name: string } | { readonly jsonata: string };
  /** A JSONata expression of the reason, without its braces. */
  readonly reason: string;
  readonly remedy: string;
}

/** A failure state; its cause is an `ExecutionFailure`, so that people and the command line read the same. */
export function failure(scope: Construct, name: string, { step, error, reason, remedy }: FailureProps): Fail {
  const section = name.toLowerCase().replaceAll(' ', '-');
  const fields = [
    `'step': '${step}'`,
    `'reason': $substring(${reason}, 0, ${maxReasonCharacters})`,
    `'remedy': '${remedy} See docs/runbook.md#${section}'`,
  ];
  return Fail.jsonata(scope, name, {
    error: 'name' in error ? error.name : `{% ${error.jsonata} %}`,
    cause: `{% $string({${fields.join(', ')}}) %}`,
  });
}

import { Fail } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PermanentErrorName } from '../../lib/contracts/errors';
import type { ExecutionFailure, TrainingOutcome } from '../../lib/contracts/execution';
import type { FailureName } from '../../lib/contracts/failure-states';
import { describeQualityGate } from '../../lib/contracts/quality-gate';
import type { StepOutput } from '../../lib/contracts/steps';
import { type Expressed, expression, inputOf, placeholder } from './expressions';

/** Step Functions allows a cause of 32,768 characters. This limit keeps it readable, and the state small. */
const maxReasonCharacters = 1500;
const shortened = (text: string) => `$substring(${text}, 0, ${maxReasonCharacters})`;

/** The output of a catch. */
interface CaughtError {
  readonly error: string;
  readonly message: string;
}

/** Takes the name and the message of a step's error; the message is within the JSON that Lambda returns. */
export const caughtError: Expressed<CaughtError> = {
  error: expression('$states.errorOutput.Error'),
  message: expression(shortened('$parse($states.errorOutput.Cause).errorMessage')),
};

const caught = inputOf<CaughtError>();
const outcome = inputOf<Extract<TrainingOutcome, { status: 'failed' }>>();
const evaluated = inputOf<StepOutput<'evaluate'>>();
const asText = (path: string) => placeholder(`$string(${path})`);
const gateError: PermanentErrorName = 'QualityGateFailed';

/** JSONata, without braces, of the error's name and of the reason. */
interface FailureFields {
  readonly error: string;
  readonly reason: string;
}

const fieldsOfCaughtError: FailureFields = { error: caught('error'), reason: caught('message') };
const otherFields: Readonly<Record<string, FailureFields>> = {
  train: { error: outcome('error'), reason: outcome('message') },
  gate: {
    error: `'${gateError}'`,
    reason: `'${describeQualityGate(asText(evaluated('accuracy')), asText(evaluated('minAccuracy')))}'`,
  },
} satisfies Partial<Record<FailureName, FailureFields>>;

/** What users read of a failure, by the name of its step. */
type Failures<Name extends string> = Readonly<
  Record<Name, { readonly state: string; readonly remedy: string }>
>;

/** Adds failure states. The cause of each is an `ExecutionFailure`, which the console shows and the CLI parses. */
export function addFailureStates<Name extends string>(
  scope: Construct,
  failures: Failures<Name>,
): Readonly<Record<Name, Fail>> {
  const names = Object.keys(failures) as Name[];
  return Object.fromEntries(names.map((name) => [name, addFailureState(scope, name, failures)])) as Record<
    Name,
    Fail
  >;
}

function addFailureState<Name extends string>(scope: Construct, name: Name, failures: Failures<Name>): Fail {
  const { state, remedy } = failures[name];
  const { error, reason } = otherFields[name as string] ?? fieldsOfCaughtError;
  const section = state.toLowerCase().replaceAll(' ', '-');
  const cause = {
    step: `'${name}'`,
    reason: shortened(reason),
    remedy: `'${remedy} See docs/runbook.md#${section}'`,
  } satisfies Record<keyof ExecutionFailure, string>;
  const members = Object.entries(cause).map(([key, value]) => `'${key}': ${value}`);
  return Fail.jsonata(scope, state, {
    error: expression(error),
    cause: expression(`$string({${members.join(', ')}})`),
  });
}

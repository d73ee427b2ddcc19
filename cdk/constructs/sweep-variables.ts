import type { SweepExecutionInput, SweepOutput } from '../../lib/contracts/sweep-steps';
import { type Expression, expression, fieldsOf, inputOf } from './expressions';

/** Variables of the state machine of sweeps. */
interface SweepVariables extends Pick<SweepOutput, 'round' | 'maxParallel' | 'toleratedFailures'> {
  readonly sweepId: string;
}

/** The JSONata, without braces, of a variable. */
export const sweepVariable = (name: keyof SweepVariables) => `$${name}`;

const given = inputOf<SweepExecutionInput>();
const decided = fieldsOf<SweepOutput>('$states.result.Payload');

/** Before the first round. The sweep id is the name of the execution, unless the input has one. */
export const variablesAtStart = {
  sweepId: expression(`$exists(${given('sweepId')}) ? ${given('sweepId')} : $states.context.Execution.Name`),
  round: expression('0'),
} satisfies Partial<Record<keyof SweepVariables, Expression>>;

export const roundVariables = {
  round: expression(decided('round')),
  maxParallel: expression(decided('maxParallel')),
  toleratedFailures: expression(decided('toleratedFailures')),
} satisfies Partial<Record<keyof SweepVariables, Expression>>;

/** What the function `sweep` gets. */
export const sweepEvent = {
  runId: expression(sweepVariable('sweepId')),
  input: {
    start: expression('$states.context.Execution.Input'),
    endedRound: expression(sweepVariable('round')),
  },
};

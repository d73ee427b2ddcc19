import type { StepOutput } from '../../lib/contracts/steps';
import { type Expression, expression, fieldsOf } from './expressions';

/** What the workflow remembers from state to state. */
interface WorkflowVariables
  extends Pick<StepOutput<'plan'>, 'dataset' | 'contentKey' | 'compute' | 'trainingSecondsLimit'> {
  /**
   * Seconds as the steps measured them, added up: the time between two states (a queue, a night before a redrive) was
   * no work, and is not billed.
   */
  readonly preprocessSeconds: number;
}
type Assignments = Partial<Record<keyof WorkflowVariables, Expression>>;

/** A variable, as JSONata without braces. */
export const variable = (name: keyof WorkflowVariables) => `$${name}`;

/** What a Lambda function answered. */
const planned = fieldsOf<StepOutput<'plan'>>('$states.result.Payload');
const made = fieldsOf<StepOutput<'shard'>>('$states.result.Payload');
const committed = fieldsOf<StepOutput<'commit'>>('$states.result.Payload');

export const planVariables = {
  dataset: expression(planned('dataset')),
  contentKey: expression(planned('contentKey')),
  compute: expression(planned('compute')),
  trainingSecondsLimit: expression(planned('trainingSecondsLimit')),
  preprocessSeconds: expression(planned('seconds')),
} satisfies Record<keyof WorkflowVariables, Expression>;

/** Of a worker nothing comes back but its seconds: six characters a shard, and 256 KiB hold 40,000. */
export const shardOutput = expression(made('seconds'));
export const mapVariables: Assignments = {
  preprocessSeconds: expression(`${variable('preprocessSeconds')} + $sum($states.result)`),
};

export const commitVariables: Assignments = {
  preprocessSeconds: expression(`${variable('preprocessSeconds')} + ${committed('seconds')}`),
};

export const datasetPointer = {
  dataset: expression(variable('dataset')),
  contentKey: expression(variable('contentKey')),
};

import type { StepOutput } from '../../lib/contracts/steps';
import { type Expression, expression, fieldsOf } from './expressions';

/** Variables of the workflow. */
interface WorkflowVariables
  extends Pick<StepOutput<'plan'>, 'dataset' | 'contentKey' | 'compute' | 'trainingSecondsLimit'> {
  /**
   * Sum of the seconds that the steps measured. The time between two states (in a queue, or before a redrive) is not
   * included, because it is not billed.
   */
  readonly preprocessSeconds: number;
}
type Assignments = Partial<Record<keyof WorkflowVariables, Expression>>;

/** The JSONata, without braces, of a variable. */
export const variable = (name: keyof WorkflowVariables) => `$${name}`;

/** Paths to the result of a Lambda function. */
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

/** A worker returns only its seconds: with six characters for each part, 256 KiB are enough for 40,000. */
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

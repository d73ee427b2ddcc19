import type { ExecutionInput, StepOutput } from '../../lib/contracts/steps';
import { type Expression, expression, fieldsOf, inputOf } from './expressions';

/** Variables of the workflow. */
interface WorkflowVariables
  extends Pick<
    StepOutput<'plan'>,
    'runId' | 'dataset' | 'contentKey' | 'compute' | 'trainingSecondsLimit' | 'pauseAfterEpoch'
  > {
  /**
   * Sum of the seconds that the steps measured. The time between two states (in a queue, or before a redrive) is not
   * included, because it is not billed.
   */
  readonly preprocessSeconds: number;
}
type Assignments = Partial<Record<keyof WorkflowVariables, Expression>>;

/** The JSONata, without braces, of a variable. */
export const variable = (name: keyof WorkflowVariables) => `$${name}`;

export const runId = expression(variable('runId'));

const givenRunId = inputOf<ExecutionInput>()('runId');
/** The run id at the start: the name of the execution, which Step Functions allows only once, unless the input has one. */
export const runIdAtStart = expression(
  `$exists(${givenRunId}) ? ${givenRunId} : $states.context.Execution.Name`,
);

/** Paths to the result of a Lambda function. */
const planned = fieldsOf<StepOutput<'plan'>>('$states.result.Payload');
const made = fieldsOf<StepOutput<'shard'>>('$states.result.Payload');
const committed = fieldsOf<StepOutput<'commit'>>('$states.result.Payload');

export const planVariables = {
  runId: expression(planned('runId')),
  dataset: expression(planned('dataset')),
  contentKey: expression(planned('contentKey')),
  compute: expression(planned('compute')),
  trainingSecondsLimit: expression(planned('trainingSecondsLimit')),
  pauseAfterEpoch: expression(planned('pauseAfterEpoch')),
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

import type { WorkflowEvent } from '../../lib/cloud/executions';
import { explainCause } from '../../lib/cloud/explain-cause';
import { executionPlanSchema, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { parseJson } from '../../lib/contracts/parse';
import { evaluateOutputSchema } from '../../lib/contracts/steps';

/** Also of an execution from before the plan told its seconds. */
const anyPlanSchema = executionPlanSchema.partial({ seconds: true });

/** A tool for the events of one execution, given in order and in any portions. */
export interface HistoryFormatter {
  /** What happened, a sentence each; most events have nothing to say. */
  readonly tell: (events: readonly WorkflowEvent[]) => string[];
}

/** The state names are sentences themselves; what is added is the answer to a choice, and what a step found out. */
export function createHistoryFormatter(): HistoryFormatter {
  let state = '';
  let question: string | undefined;
  let hasFailed = false;

  const enter = (name: string): string => {
    const sentence = question === undefined ? name : `${question} → ${name}`;
    state = name;
    question = undefined;
    hasFailed = false;
    return sentence;
  };
  const fail = (event: WorkflowEvent): string => {
    hasFailed = true;
    return `  ${state} failed: ${event.error ?? 'no error was given'}${explainCause(event.cause)}`;
  };

  const describe = (event: WorkflowEvent): string | undefined => {
    switch (event.type) {
      // A question waits for its answer: the state that comes next.
      case 'ChoiceStateEntered':
        // Two questions in a row: the second is the answer to the first.
        question = question === undefined ? event.state : `${question} → ${event.state}`;
        return undefined;
      case 'TaskStateEntered':
      case 'MapStateEntered':
      case 'PassStateEntered':
      case 'WaitStateEntered':
      case 'ParallelStateEntered':
      case 'SucceedStateEntered':
      case 'FailStateEntered':
        return enter(event.state ?? '');
      case 'TaskScheduled':
        if (!hasFailed) return undefined;
        hasFailed = false;
        return `  Trying again: ${state}`;
      case 'TaskSubmitted':
        return isTraining(event) ? '  The job waits for its machine, which may take some minutes' : undefined;
      case 'TaskFailed':
      case 'TaskStartFailed':
      case 'TaskSubmitFailed':
      case 'MapRunFailed':
      case 'LambdaFunctionFailed':
        return fail(event);
      case 'TaskTimedOut':
      case 'LambdaFunctionTimedOut':
        return fail({ ...event, error: event.error ?? 'States.Timeout' });
      case 'MapRunAborted':
        return `  ${state}: stopped`;
      case 'TaskStateExited':
        return describeResult(event.output);
      case 'ExecutionRedriven':
        return 'Taken up again at the step where it ended';
      default:
        return undefined;
    }
  };

  return { tell: (events) => events.map(describe).filter((sentence) => sentence !== undefined) };
}

/** `submitJob` is how the workflow starts a training. */
export function isTraining({ resource }: WorkflowEvent): boolean {
  return resource?.includes('submitJob') === true;
}

/** Known by its shape, not by the name of the state that it comes from, so that states can be renamed. */
function describeResult(output: string | undefined): string | undefined {
  const value = parseJson(output);
  const plan = anyPlanSchema.safeParse(value);
  if (plan.success) return `  ${plan.data.reason}`;
  const outcome = trainingOutcomeSchema.safeParse(value);
  if (outcome.success) {
    return outcome.data.status === 'succeeded'
      ? `  Trained in ${outcome.data.seconds.toFixed(1)} s`
      : `  The training ended with ${outcome.data.error}: ${outcome.data.message}`;
  }
  const evaluation = evaluateOutputSchema.safeParse(value);
  if (evaluation.success) {
    const { accuracy, minAccuracy } = evaluation.data;
    return `  The test accuracy is ${accuracy.toFixed(4)}, and at least ${minAccuracy} is asked for`;
  }
  return undefined;
}

import type { WorkflowEvent } from '../../lib/cloud/executions';
import { explainCause } from '../../lib/cloud/explain-cause';
import { type TrainingOutcome, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { parseJson } from '../../lib/contracts/parse';
import { evaluateOutputSchema, executionPlanSchema } from '../../lib/contracts/steps';

/** Accepts executions of earlier versions, whose plan had less. */
const anyPlanSchema = executionPlanSchema.partial({ seconds: true, pauseAfterEpoch: true, isFinished: true });

/** Describes the events of one execution, which it takes in order, in batches of any size. */
export interface HistoryFormatter {
  /** One sentence per event worth showing; most events have none. */
  readonly describe: (events: readonly WorkflowEvent[]) => string[];
}

/** State names are sentences already. This adds the answer to each choice and the result of each step. */
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

  const describeEvent = (event: WorkflowEvent): string | undefined => {
    switch (event.type) {
      // The answer to a question is the state that follows.
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
        return `  Retrying: ${state}`;
      case 'TaskSubmitted':
        return isTraining(event)
          ? '  The job is waiting for a machine, which may take some minutes'
          : undefined;
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
        return 'Resumed at the step where it ended';
      default:
        return undefined;
    }
  };

  return { describe: (events) => events.map(describeEvent).filter((sentence) => sentence !== undefined) };
}

/** The workflow starts a training with `submitJob`. */
export function isTraining({ resource }: WorkflowEvent): boolean {
  return resource?.includes('submitJob') === true;
}

function describeOutcome(outcome: TrainingOutcome): string {
  switch (outcome.status) {
    case 'succeeded':
      return `Trained in ${outcome.seconds.toFixed(1)} s`;
    case 'paused':
      return `Paused after epoch ${outcome.epochs}, trained for ${outcome.seconds.toFixed(1)} s so far`;
    case 'failed':
      return `The training ended with ${outcome.error}: ${outcome.message}`;
  }
}

/** Recognizes a result by its shape, not by the name of its state, so that states can be renamed. */
function describeResult(output: string | undefined): string | undefined {
  const value = parseJson(output);
  const plan = anyPlanSchema.safeParse(value);
  if (plan.success) return `  ${plan.data.reason}`;
  const outcome = trainingOutcomeSchema.safeParse(value);
  if (outcome.success) return `  ${describeOutcome(outcome.data)}`;
  const evaluation = evaluateOutputSchema.safeParse(value);
  if (evaluation.success) {
    const { accuracy, minAccuracy } = evaluation.data;
    return `  The test accuracy is ${accuracy.toFixed(4)}; the minimum is ${minAccuracy}`;
  }
  return undefined;
}

import type { Execution } from '../../../lib/cloud/executions';
import type { StackLocation } from '../../../lib/cloud/find-stack';
import { createError, type ErrorName, WorkflowError } from '../../../lib/contracts/errors';
import { trainingOutcomeSchema } from '../../../lib/contracts/execution';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { tooManyFailures } from '../../../lib/contracts/sweep-steps';
import { forEachConcurrently } from '../../../lib/dataset/for-each-concurrently';
import { countFailed } from '../../../lib/pipeline/sweep/record-failures';
import { getJsonIfPresent } from '../../../lib/store/json-objects';
import type { ObjectStore } from '../../../lib/store/object-store';
import type { SweepState } from '../../../lib/sweep/sweep-state';
import { asFailure } from '../execution-failure';
import { commandFor, type DeployedPipeline, stackFlag } from '../open-deployed-pipeline';

/** Goes on with a sweep by another execution. */
export const continueCommand = (stack: StackLocation, sweepId: string, options = '') =>
  `mnist-pipeline sweep --cloud --sweep-id ${sweepId}${options}${stackFlag(stack)}`;

const readsAtOnce = 16;

/** The error of an execution that failed, was stopped or ran out of time. */
export const asSweepFailure = (execution: Execution, stack: StackLocation): Error =>
  asFailure(execution, commandFor(stack, 'redrive', execution.id), {
    noun: 'sweep',
    otherwise: `To continue it: ${continueCommand(stack, execution.id)}`,
  });

/** Explains why the execution of a sweep did not succeed, with the commands that go on. */
export async function explainSweepFailure(
  execution: Execution,
  state: SweepState,
  { store, stack }: DeployedPipeline,
): Promise<Error> {
  const { id } = execution;
  if (execution.error !== tooManyFailures) return asSweepFailure(execution, stack);
  const { sweep } = state;
  const failures = await readFailures(store, state);
  const [first] = failures;
  const count = Math.max(countFailed(state.trials) + failures.length, sweep.maxFailed + 1);
  const commands = [
    `To run the failed trials again: ${commandFor(stack, 'redrive', id)}`,
    `To tolerate them: ${continueCommand(stack, id, ` --max-failed ${count}`)}`,
  ].join('\n');
  const details = { evidence: { sweepId: id, failed: count } };
  const what = `${count === 1 ? 'A trial' : `${count} trials`} of the sweep "${id}" failed, and ${sweep.maxFailed} may fail.`;
  return first === undefined
    ? new WorkflowError(
        'ExecutionFailed',
        `${what} Their executions have the reasons: the map run of ${execution.arn} lists them.\n${commands}`,
        details,
      )
    : createError(first.error, `${what} Trial ${first.trial}: ${first.message}\n${commands}`, details);
}

interface TrialFailure {
  readonly trial: number;
  readonly error: ErrorName;
  readonly message: string;
}

/** Those that the sweep has not recorded, because it ended before it could. A trial that lost its machine has no outcome. */
async function readFailures(store: ObjectStore, { trials }: SweepState): Promise<TrialFailure[]> {
  const failures: TrialFailure[] = [];
  const open = trials.filter(({ status }) => status !== 'finished' && status !== 'failed');
  await forEachConcurrently(open, readsAtOnce, async ({ trial, runId }) => {
    const outcome = await getJsonIfPresent(store, objectKeys.trainingOutcome(runId), trainingOutcomeSchema);
    if (outcome?.status === 'failed')
      failures.push({ trial, error: outcome.error, message: outcome.message });
  });
  return failures.sort((a, b) => a.trial - b.trial);
}

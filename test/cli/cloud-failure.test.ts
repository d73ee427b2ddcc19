import { asFailure, isDecision } from '../../cli/cloud/execution-failure';
import { exitCodeFor } from '../../cli/exit-codes';
import type { Execution } from '../../lib/cloud/executions';
import { permanentErrorNames } from '../../lib/contracts/errors';

const ended = (facts: Partial<Execution>): Execution => ({
  name: 'friday',
  id: 'friday',
  arn: 'arn',
  status: 'FAILED',
  startedAt: undefined,
  stoppedAt: undefined,
  error: undefined,
  cause: undefined,
  isRedrivable: true,
  redriveCount: 0,
  ...facts,
});
const decided = JSON.stringify({ step: 'gate', reason: 'It is 0.5.', remedy: 'Train longer.' });
const redrive = 'mnist-pipeline redrive friday';

/** How the run ended; the error's name, the exit code and the message. */
test.each<[string, Partial<Execution>, string, number, RegExp]>([
  [
    'below the threshold',
    { error: 'QualityGateFailed', cause: decided },
    'QualityGateFailed',
    3,
    /^The run "friday" failed in the step "gate": It is 0\.5\. Train longer\.$/,
  ],
  ['a diverged loss', { error: 'TrainingDiverged', cause: decided }, 'TrainingDiverged', 4, /Train longer/],
  ['a bad dataset', { error: 'InvalidDataset', cause: decided }, 'InvalidDataset', 2, /It is 0\.5/],
  [
    'a decision whose cause is not JSON',
    { error: 'InvalidInput', cause: 'words' },
    'InvalidInput',
    2,
    /^The run "friday" failed: words\.$/,
  ],
  [
    'a store that was unavailable for too long',
    { error: 'StoreUnavailable', cause: '{"errorMessage": "S3 said SlowDown."}' },
    'StoreUnavailable',
    75,
    /failed with StoreUnavailable: S3 said SlowDown\. .*redrive friday/,
  ],
  [
    'an interrupted step, which is not a Ctrl-C on this machine',
    { error: 'Interrupted' },
    'StoreUnavailable',
    75,
    /Interrupted/,
  ],
  [
    'a job that crashed',
    { error: 'States.TaskFailed', cause: '{"JobId": "1", "StatusReason": "Host EC2 terminated"}' },
    'ExecutionFailed',
    75,
    /States\.TaskFailed: Host EC2 terminated, job 1\. .*redrive friday/,
  ],
  [
    'a run that was stopped',
    { status: 'ABORTED', cause: 'by hand' },
    'ExecutionFailed',
    75,
    /was stopped: by hand/,
  ],
  ['a run that took too long', { status: 'TIMED_OUT' }, 'ExecutionFailed', 75, /ran out of time/],
  [
    'a step with a bug',
    {
      error: 'TypeError',
      cause:
        '{"errorType": "TypeError", "errorMessage": "x is undefined", "trace": ["TypeError: x", "    at y"]}',
    },
    'Error',
    1,
    /failed with TypeError: x is undefined\. .*redrive friday/,
  ],
  [
    'a training with a bug',
    { error: 'States.TaskFailed', cause: '{"JobId": "1", "Container": {"ExitCode": 1}}' },
    'Error',
    1,
    /the job failed, exit code 1, job 1\./,
  ],
  [
    'an execution that is too old for a redrive',
    { error: 'States.Runtime', isRedrivable: false },
    'ExecutionFailed',
    75,
    /States\.Runtime\. It cannot be resumed: start a new run/,
  ],
])('%s', (_, facts, name, exitCode, message) => {
  const error = asFailure(ended(facts), redrive);
  expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
  expect(exitCodeFor(error, undefined)).toBe(exitCode);
});

test.each(permanentErrorNames)('%s is a decision', (error) => {
  expect(isDecision(ended({ error }))).toBe(true);
});

test.each(['States.TaskFailed', 'States.Timeout', 'StoreUnavailable', undefined])(
  '%s is not a decision',
  (error) => {
    expect(isDecision(ended({ error }))).toBe(false);
  },
);

test('a bug shows the stack trace of the step, not the one of the command line', () => {
  const cause = JSON.stringify({
    errorMessage: 'x',
    trace: ['TypeError: x', '    at evaluate (handler.js:1:2)'],
  });
  const { stack } = asFailure(ended({ error: 'TypeError', cause }), redrive);
  expect(stack).toMatch(/^The run "friday" failed.*\nTypeError: x\n {4}at evaluate \(handler\.js:1:2\)$/);
});

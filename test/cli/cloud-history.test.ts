import { createHistoryFormatter } from '../../cli/cloud/describe-history';
import type { WorkflowEvent } from '../../lib/cloud/executions';

const describeEvents = (...events: Omit<WorkflowEvent, 'id'>[]) =>
  createHistoryFormatter().describe(events.map((event, index) => ({ id: index + 1, ...event })));

const batchJob = {
  JobId: 'job-1',
  StatusReason: 'Essential container in task exited',
  Container: { ExitCode: 137, Reason: 'OutOfMemoryError', LogStreamName: 'train/default/1' },
};

/** One row per situation: the events in order, and the sentences. */
test.each<[string, Omit<WorkflowEvent, 'id'>[], string[]]>([
  [
    'events without a sentence',
    [{ type: 'ExecutionStarted' }, { type: 'TaskStarted' }, { type: 'TaskSucceeded' }],
    [],
  ],
  [
    'a step begins',
    [{ type: 'TaskStateEntered', state: 'Plan the preprocessing' }],
    ['Plan the preprocessing'],
  ],
  [
    'a question and its answer',
    [
      { type: 'ChoiceStateEntered', state: 'Are the shards ready?' },
      { type: 'ChoiceStateExited', state: 'Are the shards ready?' },
      { type: 'MapStateEntered', state: 'Make the shards' },
    ],
    ['Are the shards ready? → Make the shards'],
  ],
  [
    'two questions in a row',
    [
      { type: 'ChoiceStateEntered', state: 'Are the shards ready?' },
      { type: 'ChoiceStateEntered', state: 'Which compute trains?' },
      { type: 'TaskStateEntered', state: 'Train on Fargate' },
    ],
    ['Are the shards ready? → Which compute trains? → Train on Fargate'],
  ],
  [
    'the result of the plan',
    [
      {
        type: 'TaskStateExited',
        output: JSON.stringify({
          runId: 'r',
          dataset: 'mnist',
          contentKey: 'abc',
          isPrepared: true,
          reason: 'The dataset is prepared already.',
          shardCount: 14,
          trainingSecondsLimit: 0,
          compute: 'gpu',
        }),
      },
    ],
    ['  The dataset is prepared already.'],
  ],
  [
    'a training that succeeded',
    [
      {
        type: 'TaskStateExited',
        output: JSON.stringify({ schemaVersion: 1, status: 'succeeded', runId: 'r', seconds: 51.23 }),
      },
    ],
    ['  Trained in 51.2 s'],
  ],
  [
    'a training that failed',
    [
      {
        type: 'TaskStateExited',
        output: JSON.stringify({
          schemaVersion: 1,
          status: 'failed',
          runId: 'r',
          error: 'TrainingDiverged',
          message: 'The loss is NaN.',
        }),
      },
    ],
    ['  The training ended with TrainingDiverged: The loss is NaN.'],
  ],
  [
    'the result of the evaluation',
    [
      {
        type: 'TaskStateExited',
        output: JSON.stringify({ runId: 'r', accuracy: 0.98352, minAccuracy: 0.98, isAccepted: true }),
      },
    ],
    ['  The test accuracy is 0.9835; the minimum is 0.98'],
  ],
  ['a step with nothing to show', [{ type: 'TaskStateExited', output: '{}' }], []],
  ['a step whose output is not JSON', [{ type: 'TaskStateExited', output: 'done' }], []],
  [
    'a job that waits',
    [
      { type: 'TaskStateEntered', state: 'Train on a spot GPU' },
      { type: 'TaskScheduled', resource: 'submitJob.sync' },
      { type: 'TaskSubmitted', resource: 'submitJob.sync' },
    ],
    ['Train on a spot GPU', '  The job is waiting for a machine, which may take some minutes'],
  ],
  [
    'a Lambda that throws, and its second attempt',
    [
      { type: 'TaskStateEntered', state: 'Evaluate the model' },
      { type: 'TaskScheduled', resource: 'invoke' },
      {
        type: 'TaskFailed',
        error: 'StoreUnavailable',
        cause: JSON.stringify({ errorMessage: 'S3 said SlowDown.' }),
      },
      { type: 'TaskScheduled', resource: 'invoke' },
      { type: 'TaskScheduled', resource: 'invoke' },
    ],
    [
      'Evaluate the model',
      '  Evaluate the model failed: StoreUnavailable: S3 said SlowDown.',
      '  Retrying: Evaluate the model',
    ],
  ],
  [
    'a job that fails, and another machine',
    [
      { type: 'TaskStateEntered', state: 'Train on a spot GPU' },
      { type: 'TaskFailed', error: 'States.TaskFailed', cause: JSON.stringify(batchJob) },
      { type: 'TaskStateExited', output: '{}' },
      { type: 'TaskStateEntered', state: 'Train on a GPU on demand' },
      { type: 'TaskScheduled', resource: 'submitJob.sync' },
    ],
    [
      'Train on a spot GPU',
      '  Train on a spot GPU failed: States.TaskFailed: Essential container in task exited, OutOfMemoryError, exit code 137, job job-1, log stream train/default/1',
      'Train on a GPU on demand',
    ],
  ],
  [
    'a step that takes too long',
    [{ type: 'TaskStateEntered', state: 'Train on Fargate' }, { type: 'TaskTimedOut' }],
    ['Train on Fargate', '  Train on Fargate failed: States.Timeout'],
  ],
  [
    'shards that fail',
    [
      { type: 'MapStateEntered', state: 'Make the shards' },
      { type: 'MapRunFailed', error: 'States.ExceedToleratedFailureThreshold', cause: 'too many failed' },
    ],
    ['Make the shards', '  Make the shards failed: States.ExceedToleratedFailureThreshold: too many failed'],
  ],
  [
    'a failure without a cause, and one with a very long cause',
    [
      { type: 'TaskStateEntered', state: 'Register the model' },
      { type: 'TaskFailed' },
      { type: 'TaskFailed', error: 'E', cause: 'x'.repeat(5_000) },
    ],
    [
      'Register the model',
      '  Register the model failed: no error was given',
      `  Register the model failed: E: ${'x'.repeat(600)} …`,
    ],
  ],
  ['a redrive', [{ type: 'ExecutionRedriven' }], ['Resumed at the step where it ended']],
  [
    'the end',
    [
      { type: 'FailStateEntered', state: 'Training failed' },
      { type: 'ExecutionFailed', error: 'TrainingDiverged' },
    ],
    ['Training failed'],
  ],
])('%s', (_, events, sentences) => {
  expect(describeEvents(...events)).toEqual(sentences);
});

test('a question and its answer may come in two batches', () => {
  const formatter = createHistoryFormatter();
  expect(
    formatter.describe([{ id: 1, type: 'ChoiceStateEntered', state: 'Is the model good enough?' }]),
  ).toEqual([]);
  expect(formatter.describe([{ id: 2, type: 'TaskStateEntered', state: 'Register the model' }])).toEqual([
    'Is the model good enough? → Register the model',
  ]);
});

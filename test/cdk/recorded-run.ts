import type { DatasetPart } from '../../lib/contracts/dataset';
import type { TrainingOutcome } from '../../lib/contracts/execution';
import type { LatestModel } from '../../lib/contracts/results';
import type { EvaluateOutput, ExecutionPlan } from '../../lib/contracts/steps';

/** Inputs and results of the states of one run, in the form of the emulator's history. */
export const runId = 'own-1';
export const input = { epochs: 2, dataset: 's3://artifacts/uploads/tiny' };

export const context = {
  Execution: {
    Id: `arn:aws:states:us-east-1:000000000000:execution:MnistPipeline:${runId}`,
    Input: input,
    Name: runId,
    RoleArn: 'arn:aws:iam::000000000000:role/MnistPipeline-WorkflowStateMachineRole',
    StartTime: '2026-11-26T00:42:01.250Z',
  },
  State: { Name: 'recorded', EnteredTime: '2026-11-26T00:42:02.000Z', RetryCount: 0 },
  StateMachine: {
    Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:MnistPipeline',
    Name: 'MnistPipeline',
  },
};
/** The context of one item of the map, which is a separate execution. */
export const childContext = {
  ...context,
  Execution: {
    ...context.Execution,
    Id: `${context.Execution.Id}/0f8fad5b:7c9e6679-7425-40de-944b-e07fc1f90ae7`,
    Name: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  },
};

const contentKey = '9b2c6d4f0a1e';
export const plan: ExecutionPlan = {
  runId,
  dataset: 'tiny',
  contentKey,
  isPrepared: false,
  isFinished: false,
  reason: 'This dataset has not been prepared yet',
  shardCount: 2,
  compute: 'cpu',
  trainingSecondsLimit: 0,
  pauseAfterEpoch: 0,
  seconds: 0.75,
};
export const part: DatasetPart = {
  dataset: 'tiny',
  contentKey: contentKey,
  index: 0,
  firstRow: 0,
  rowCount: 120,
  rowsSha256: '0'.repeat(64),
  files: { location: 's3://artifacts/uploads/tiny' },
  slice: {
    kind: 'values',
    file: { name: 'train-images-idx3-ubyte', bytes: 1936, version: '"1"' },
    offset: 16,
    type: 'uint8',
    isBigEndian: true,
    rowShape: [4, 4],
    firstRow: 0,
    rowCount: 120,
  },
  hasNames: false,
  conversion: { imageShape: [4, 4], white: 255, black: 0, invert: false, transpose: false, resize: false },
  classCount: 10,
  train: { firstShard: 0, rowCount: 120 },
  test: { firstShard: 0, rowCount: 0 },
};
/** The result of the first shard; then the results of both. */
export const shardResult = { shardCount: 1, seconds: 0.25 };
export const shardSeconds = [0.25, 0.125];
export const committed = { trainCount: 120, testCount: 30, seconds: 0.5 };
export const outcome = {
  schemaVersion: 1,
  status: 'succeeded',
  runId,
  seconds: 1.75,
} satisfies TrainingOutcome;
export const pausedOutcome = {
  schemaVersion: 1,
  status: 'paused',
  runId,
  seconds: 1.75,
  epochs: 1,
} satisfies TrainingOutcome;
export const failedOutcome = {
  schemaVersion: 1,
  status: 'failed',
  runId,
  error: 'TrainingDiverged',
  message: 'The loss is not a number after step 12. Lower the learning rate.',
} satisfies TrainingOutcome;
export const evaluated: EvaluateOutput = { runId, accuracy: 0.9667, minAccuracy: 0.5, isAccepted: true };
export const registered: LatestModel = {
  schemaVersion: 1,
  modelName: 'mnist-mlp',
  runId,
  accuracy: evaluated.accuracy,
  promotedAt: '2026-11-26T00:42:11.000Z',
};

/** Lambda's response, in the form of the optimized integration. */
export const answer = (Payload: unknown) => ({ ExecutedVersion: '$LATEST', Payload, StatusCode: 200 });
/** An error of a function, in the form that the integration reports. */
export const thrown = (name: string, message: string) => ({
  Error: name,
  Cause: JSON.stringify({ errorType: name, errorMessage: message, trace: [`${name}: ${message}`] }),
});

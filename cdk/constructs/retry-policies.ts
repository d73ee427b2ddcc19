import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import { transientErrorNames } from '../../lib/contracts/errors';
import { trainExitCodes } from '../../lib/contracts/execution';

/** Lambda itself is throttled or fails: waits of up to 2, 4, 8, 16, 32 and 64 s, two minutes in total. */
export const retryLambdaService: RetryProps = {
  errors: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  jitterStrategy: JitterType.FULL,
};

/** Transient errors of the steps: waits of up to 5, 10 and 20 s. No policy has permanent errors. */
export const retryTransientErrors: RetryProps = {
  errors: [...transientErrorNames],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 3,
  jitterStrategy: JitterType.FULL,
};

/** Waits of up to 5, 10, 20, 40 and 80 s. */
const untilStarted = {
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: JitterType.FULL,
};

/** Batch did not accept the job. This does not include failed jobs. */
export const retryBatchService: RetryProps = {
  errors: ['Batch.ServerException', 'Batch.BatchException', 'Batch.SdkClientException'],
  ...untilStarted,
};

/** An execution could not be started, or not be waited for. */
export const retryStepFunctionsService: RetryProps = {
  errors: ['StepFunctions.ExecutionLimitExceeded', 'StepFunctions.SdkClientException'],
  ...untilStarted,
};

/** For reading one small object: waits of up to 2, 4, 8 and 16 s. */
export const retryS3Service: RetryProps = {
  errors: ['S3.S3Exception', 'S3.SdkClientException'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 4,
  jitterStrategy: JitterType.FULL,
};

/** Attempts at one job, including the first, while its queue has instances. */
export const trainingAttempts = 3;

/** The first rule, because this also has exit code 137. Another attempt would need the same memory. */
const endOutOfMemory = { OnReason: 'OutOfMemoryError*', Action: 'EXIT' } as const;
const onExitCode = (exitCode: number, Action: 'RETRY' | 'EXIT') =>
  ({ OnExitCode: String(exitCode), Action }) as const;
const retryKilled = onExitCode(trainExitCodes.killed, 'RETRY');
const retryTransient = onExitCode(trainExitCodes.temporaryFailure, 'RETRY');
/** A bug, or any other crash of the process: 1, 127, 134, 139 … */
const endOtherExitCodes = { OnExitCode: '1*', Action: 'EXIT' } as const;

/**
 * What Batch does after an attempt: it applies the first rule that matches, of at most five. It never retries an attempt
 * that timed out or was terminated. It always retries if no rule matches: a container without an exit code was not
 * started (pulling its image, creating its network or the agent failed), or was lost with its host.
 * https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
 */
export const trainingRetryStrategies = {
  spot: {
    Attempts: trainingAttempts,
    EvaluateOnExit: [
      endOutOfMemory,
      // A reclaimed instance means that capacity is short: on-demand is next.
      { OnStatusReason: 'Host EC2*', Action: 'EXIT' },
      retryKilled,
      retryTransient,
      endOtherExitCodes,
    ],
  },
  onDemand: {
    Attempts: trainingAttempts,
    EvaluateOnExit: [
      endOutOfMemory,
      retryKilled,
      retryTransient,
      // The host is shutting down.
      onExitCode(trainExitCodes.stopped, 'RETRY'),
      endOtherExitCodes,
    ],
  },
} as const;
export type TrainingRetryStrategy = (typeof trainingRetryStrategies)[keyof typeof trainingRetryStrategies];

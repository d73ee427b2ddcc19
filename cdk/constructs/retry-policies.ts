import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import { transientErrorNames } from '../../lib/contracts/errors';
import { trainExitCodes } from '../../lib/contracts/execution';

/** Lambda itself is busy or broken: waits of up to 2, 4, 8, 16, 32 and 64 s, two minutes in all. */
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

/** What our own code says may pass: waits of up to 5, 10 and 20 s. Permanent errors are in no policy. */
export const retryTransientErrors: RetryProps = {
  errors: [...transientErrorNames],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 3,
  jitterStrategy: JitterType.FULL,
};

/** Batch refused to take the job for now: waits of up to 5, 10, 20, 40 and 80 s. A failed job is not among these. */
export const retryBatchService: RetryProps = {
  errors: ['Batch.ServerException', 'Batch.BatchException', 'Batch.SdkClientException'],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: JitterType.FULL,
};

/** S3 was asked for one small object. */
export const retryS3Service: RetryProps = {
  errors: ['S3.S3Exception', 'S3.SdkClientException'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 4,
  jitterStrategy: JitterType.FULL,
};

/** Attempts at one job, the first included, while its queue has the instances. */
export const trainingAttempts = 3;

/** First, as it also ends with 137: more attempts would need just as much memory. */
const endOutOfMemory = { OnReason: 'OutOfMemoryError*', Action: 'EXIT' } as const;
const onExitCode = (exitCode: number, Action: 'RETRY' | 'EXIT') =>
  ({ OnExitCode: String(exitCode), Action }) as const;
const retryKilled = onExitCode(trainExitCodes.killed, 'RETRY');
const retryTransient = onExitCode(trainExitCodes.temporaryFailure, 'RETRY');
/** A bug, and whatever else a process ends with that crashes: 1, 127, 134, 139 … */
const endOtherExitCodes = { OnExitCode: '1*', Action: 'EXIT' } as const;

/**
 * What Batch does when an attempt ended: the first rule that matches, of five at most. It never retries an attempt that
 * ran into its timeout or was terminated, and always what no rule matches: a container that has no exit code was not
 * started (its image was not pulled, its network was not made, the agent failed), or went with its host.
 * https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
 */
export const trainingRetryStrategies = {
  spot: {
    Attempts: trainingAttempts,
    EvaluateOnExit: [
      endOutOfMemory,
      // A reclaimed instance says that capacity is short: on-demand is next.
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
      // The host said that it goes.
      onExitCode(trainExitCodes.stopped, 'RETRY'),
      endOtherExitCodes,
    ],
  },
} as const;
export type TrainingRetryStrategy = (typeof trainingRetryStrategies)[keyof typeof trainingRetryStrategies];

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

const retryKilledJobs = [
  // First, as it also ends with 137: more attempts would need just as much memory.
  { OnReason: 'OutOfMemoryError*', Action: 'EXIT' },
  { OnExitCode: String(trainExitCodes.killed), Action: 'RETRY' },
  { OnExitCode: String(trainExitCodes.temporaryFailure), Action: 'RETRY' },
] as const;
/** Batch retries what no rule matches. */
const endOtherwise = { OnReason: '*', Action: 'EXIT' } as const;

/** What Batch does when an attempt ended; it never retries one that ran into its timeout or was terminated. */
export const trainingRetryStrategies = {
  /** A reclaimed instance says that capacity is short: on-demand is next. */
  spot: { Attempts: trainingAttempts, EvaluateOnExit: [...retryKilledJobs, endOtherwise] },
  onDemand: {
    Attempts: trainingAttempts,
    EvaluateOnExit: [...retryKilledJobs, { OnStatusReason: 'Host EC2*', Action: 'RETRY' }, endOtherwise],
  },
} as const;
export type TrainingRetryStrategy = (typeof trainingRetryStrategies)[keyof typeof trainingRetryStrategies];

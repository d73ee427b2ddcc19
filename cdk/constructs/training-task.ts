import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { CustomState, type QueryLanguage } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { TrainRunEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { type Expression, expression } from './expressions';
import { retryBatchService, type TrainingRetryStrategy, trainingAttempts } from './retry-policies';
import { jobTagKey, type SubmitJobArguments } from './submit-job-arguments';
import { onDemandCapacityTimeout, type QueuedJob } from './training-queues';
import { datasetPointer, runId, variable } from './workflow-variables';

/** Time for a training at its limit to store checkpoint and outcome; 60 s is also the minimum timeout of Batch. */
const costLimitGrace = Duration.seconds(60);

/** The maximum duration of an attempt: the setting, or the time that the run's cost limit pays for if that is shorter. */
function attemptLimit(attemptSeconds: number): Expression {
  const limit = variable('trainingSecondsLimit');
  const costLimit = `$ceil(${limit}) + ${costLimitGrace.toSeconds()}`;
  return expression(`${limit} = 0 ? ${attemptSeconds} : $min([${attemptSeconds}, ${costLimit}])`);
}

interface TrainingTaskProps {
  readonly job: QueuedJob;
  readonly settings: Pick<Settings, 'trainingTimeoutMinutes'>;
  readonly retryStrategy: TrainingRetryStrategy;
}

/** Sets an empty output for each catch, which `CustomState` drops: the job's description would fill the state. */
class TrainingJob extends CustomState {
  override toStateJson(queryLanguage?: QueryLanguage): { Catch?: object[] } {
    const state = super.toStateJson(queryLanguage) as { Catch?: object[] };
    if (state.Catch === undefined) return state;
    return { ...state, Catch: state.Catch.map((catcher) => ({ ...catcher, Output: '{% {} %}' })) };
  }
}

/** Waiting time behind other trainings in a full fleet. Without any machine the job is terminated much earlier. */
export const queueTimeout = Duration.hours(12);

/** The waiting time in the queue, and all attempts, each with the longest wait for a machine. */
export function trainingStateSeconds({
  trainingTimeoutMinutes,
}: Pick<Settings, 'trainingTimeoutMinutes'>): number {
  const attemptSeconds = trainingTimeoutMinutes * 60 + onDemandCapacityTimeout.toSeconds();
  return queueTimeout.toSeconds() + trainingAttempts * attemptSeconds;
}

/**
 * Runs one Batch job and waits for it. Aborting the execution, or the timeout of the state, terminates the job. A
 * `CustomState`, because CDK's BatchSubmitJob has no state timeout, no retry strategy and wider rights.
 */
export function trainingTask(
  scope: Construct,
  name: string,
  { job, settings, retryStrategy }: TrainingTaskProps,
): CustomState {
  const attemptSeconds = settings.trainingTimeoutMinutes * 60;
  const environment: Record<keyof TrainRunEnv, Expression> = {
    RUN_ID: runId,
    DATASET: datasetPointer.dataset,
    CONTENT_KEY: datasetPointer.contentKey,
    TRAINING_SECONDS_LIMIT: expression(`$string(${variable('trainingSecondsLimit')})`),
    PAUSE_AFTER_EPOCH: expression(`$string(${variable('pauseAfterEpoch')})`),
  };
  const task = new TrainingJob(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::batch:submitJob.sync`,
      Arguments: {
        JobName: runId,
        JobQueue: job.queue.jobQueueArn,
        JobDefinition: job.jobDefinitionName,
        ContainerOverrides: {
          Environment: Object.entries(environment).map(([Name, Value]) => ({ Name, Value })),
        },
        RetryStrategy: retryStrategy,
        Timeout: { AttemptDurationSeconds: attemptLimit(attemptSeconds) },
        Tags: { [jobTagKey]: Stack.of(scope).stackName },
      } satisfies SubmitJobArguments,
      TimeoutSeconds: trainingStateSeconds(settings),
      // Later states do not need the job's description, which would fill the state.
      Output: '{% {} %}',
    },
  });
  task.addRetry(retryBatchService);
  return task;
}

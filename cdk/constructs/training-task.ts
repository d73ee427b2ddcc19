import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { CustomState, type QueryLanguage } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { TrainRunEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { type Expression, expression, runId } from './expressions';
import { retryBatchService, type TrainingRetryStrategy, trainingAttempts } from './retry-policies';
import { jobTagKey, type SubmitJobArguments } from './submit-job-arguments';
import { onDemandCapacityTimeout, type QueuedJob } from './training-queues';
import { datasetPointer, variable } from './workflow-variables';

/** What a training that has spent its limit has to store its checkpoint in and to say so; Batch wants 60 s at least. */
const costLimitGrace = Duration.seconds(60);

/** Whatever becomes of the process, an attempt takes no longer than the setting, or what the run's cost limit buys. */
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

/** A caught job's description would be most of the state, and a `CustomState` leaves out what a catch puts out. */
class TrainingJob extends CustomState {
  override toStateJson(queryLanguage?: QueryLanguage): { Catch?: object[] } {
    const state = super.toStateJson(queryLanguage) as { Catch?: object[] };
    if (state.Catch === undefined) return state;
    return { ...state, Catch: state.Catch.map((catcher) => ({ ...catcher, Output: '{% {} %}' })) };
  }
}

/** Behind other trainings, under the fleet's cap. Where no machine comes at all, the job is given up long before. */
export const queueTimeout = Duration.hours(12);

/** The queue's time, and every attempt to its end, each after the longest wait for a machine. */
export function trainingStateSeconds({
  trainingTimeoutMinutes,
}: Pick<Settings, 'trainingTimeoutMinutes'>): number {
  const attemptSeconds = trainingTimeoutMinutes * 60 + onDemandCapacityTimeout.toSeconds();
  return queueTimeout.toSeconds() + trainingAttempts * attemptSeconds;
}

/**
 * One Batch job, waited for. Aborting the execution, or running into the timeout, terminates it. A `CustomState`, as the
 * CDK's BatchSubmitJob has no state timeout, no retry strategy and wider rights.
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
      // The job's description is of no use to what follows, and would be most of the state.
      Output: '{% {} %}',
    },
  });
  task.addRetry(retryBatchService);
  return task;
}

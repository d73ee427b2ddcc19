import { Aws, Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CustomState,
  DistributedMap,
  type IChainable,
  type QueryLanguage,
  S3JsonItemReader,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { TrainRunEnv } from '../../lib/contracts/env';
import { permanentErrorNames } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { caughtError } from './failure-causes';
import {
  retryBatchService,
  retryLambdaService,
  retryS3Service,
  retryTransientErrors,
  type TrainingRetryStrategy,
  trainingAttempts,
} from './retry-policies';
import type { Expression, SubmitJobArguments } from './submit-job-arguments';
import type { TrainingTarget } from './training-compute';
import { onDemandCapacityTimeout } from './training-queues';
import { jobTagKey } from './workflow-rights';

/** The name of the execution, which Step Functions lets be used once. */
export const runId = '{% $states.context.Execution.Name %}';

/** Longer than any function's own timeout, so that the function's is the one that is seen. */
const invocationMargin = Duration.seconds(30);
const shardConcurrency = 40;

interface InvokeProps {
  readonly fn: LambdaFunction;
  /** @default - the name of the execution */
  readonly runId?: string;
  /** The step's own input, as JSONata. */
  readonly input: unknown;
  readonly outputs?: unknown;
  readonly assign?: Record<string, unknown>;
  /** Where permanent errors go; without it they end the execution in this state. */
  readonly onPermanentError?: IChainable;
}

/** One Lambda step: retried by error class, and by nothing else. */
export function invoke(scope: Construct, name: string, props: InvokeProps): LambdaInvoke {
  const { fn, input, onPermanentError, assign, outputs = '{% $states.result.Payload %}' } = props;
  const task = LambdaInvoke.jsonata(scope, name, {
    lambdaFunction: fn,
    payload: TaskInput.fromObject({ runId: props.runId ?? runId, input }),
    outputs,
    ...(assign === undefined ? {} : { assign }),
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(fn.timeout!.plus(invocationMargin)),
  });
  task.addRetry(retryLambdaService);
  task.addRetry(retryTransientErrors);
  if (onPermanentError !== undefined) {
    task.addCatch(onPermanentError, { errors: [...permanentErrorNames], outputs: caughtError });
  }
  return task;
}

/** What the plan and commit steps leave in the workflow's variables. */
export const planVariables = {
  dataset: '{% $states.result.Payload.dataset %}',
  contentKey: '{% $states.result.Payload.contentKey %}',
  compute: '{% $states.result.Payload.compute %}',
  trainingSecondsLimit: '{% $states.result.Payload.trainingSecondsLimit %}',
  preprocessSeconds: '{% $states.result.Payload.seconds %}',
};
/**
 * Seconds as the steps measured them, added up: whatever lies between two states (a queue, a night before a redrive)
 * was no work, and is not billed.
 */
export const commitVariables = {
  preprocessSeconds: '{% $preprocessSeconds + $states.result.Payload.seconds %}',
};
/** Of a worker nothing comes back but its seconds: six characters a shard, and 256 KiB hold 40,000. */
export const shardOutput = '{% $states.result.Payload.seconds %}';
const mapVariables = { preprocessSeconds: '{% $preprocessSeconds + $sum($states.result) %}' };

/**
 * What each worker of the map is given. It is an execution of its own, under a name of its own, so the run id has to
 * come from the map.
 */
const shardItem = { runId, shard: '{% $states.context.Map.Item.Value %}' };
/** How a worker finds these in its input. */
export const ofShardItem = { runId: '{% $states.input.runId %}', input: '{% $states.input.shard %}' };

/** One worker for each entry of the plan's `shards`, read from S3: the state holds none of them. */
export function forEachShard(
  scope: Construct,
  name: string,
  { store, makeShard }: { readonly store: ArtifactStore; readonly makeShard: IChainable },
): DistributedMap {
  return DistributedMap.jsonata(scope, name, {
    maxConcurrency: shardConcurrency,
    itemReader: new PlannedShards(store),
    itemSelector: shardItem,
    assign: mapVariables,
    // The plan is in S3, and the commit step checks the shards themselves: nothing has to go on.
    outputs: '{% {} %}',
  }).itemProcessor(makeShard);
}

/** Leaves the place of a key's part to a JSONata expression: closes the string, and opens it again. */
const placeholder = (expression: string) => `' & ${expression} & '`;
const keyExpression = (keyWithHoles: string) => `{% '${keyWithHoles}' %}`;

/** `plan.json`'s list of shards. `ItemsPointer` is not yet known to the CDK's own reader, and its grant is the bucket. */
class PlannedShards extends S3JsonItemReader {
  constructor(readonly store: ArtifactStore) {
    super({
      bucket: store.bucket,
      key: keyExpression(objectKeys.plan(placeholder('$dataset'), placeholder('$contentKey'))),
    });
  }

  override render(queryLanguage?: QueryLanguage): Record<string, Record<string, unknown>> {
    const reader = super.render(queryLanguage) as Record<string, Record<string, unknown>>;
    return { ...reader, ReaderConfig: { ...reader['ReaderConfig'], ItemsPointer: '/shards' } };
  }

  override providePolicyStatements() {
    // The workflow's role is granted this by the store.
    return [];
  }
}

/** What a training that has spent its limit has to store its checkpoint in and to say so; Batch wants 60 s at least. */
const costLimitGrace = Duration.seconds(60);

/** Whatever becomes of the process, an attempt takes no longer than the setting, or what the run's cost limit buys. */
function attemptLimit(attemptSeconds: number): Expression {
  const costLimit = `$ceil($trainingSecondsLimit) + ${costLimitGrace.toSeconds()}`;
  return `{% $trainingSecondsLimit = 0 ? ${attemptSeconds} : $min([${attemptSeconds}, ${costLimit}]) %}`;
}

interface TrainOnProps {
  readonly target: TrainingTarget;
  readonly settings: Pick<Settings, 'trainingTimeoutMinutes'>;
  readonly stackName: string;
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
export function trainOn(scope: Construct, name: string, props: TrainOnProps): CustomState {
  const { target, settings, stackName, retryStrategy } = props;
  const attemptSeconds = settings.trainingTimeoutMinutes * 60;
  const environment: Record<keyof TrainRunEnv, string> = {
    RUN_ID: runId,
    DATASET: '{% $dataset %}',
    CONTENT_KEY: '{% $contentKey %}',
    TRAINING_SECONDS_LIMIT: '{% $string($trainingSecondsLimit) %}',
  };
  const task = new TrainingJob(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::batch:submitJob.sync`,
      Arguments: {
        JobName: runId,
        JobQueue: target.queue.jobQueueArn,
        JobDefinition: target.jobDefinitionName,
        ContainerOverrides: {
          Environment: Object.entries(environment).map(([Name, Value]) => ({ Name, Value })),
        },
        RetryStrategy: retryStrategy,
        Timeout: { AttemptDurationSeconds: attemptLimit(attemptSeconds) },
        Tags: { [jobTagKey]: stackName },
      } satisfies SubmitJobArguments,
      TimeoutSeconds: trainingStateSeconds(settings),
      // The job's description is of no use to what follows, and would be most of the state.
      Output: '{% {} %}',
    },
  });
  task.addRetry(retryBatchService);
  return task;
}

/** What the container left, as an object. */
export function readOutcome(scope: Construct, name: string, { bucket }: ArtifactStore): CustomState {
  const task = new CustomState(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:s3:getObject`,
      Arguments: {
        Bucket: bucket.bucketName,
        Key: keyExpression(objectKeys.trainingOutcome(placeholder('$states.context.Execution.Name'))),
      },
      TimeoutSeconds: 60,
      Output: '{% $parse($states.result.Body) %}',
    },
  });
  task.addRetry(retryS3Service);
  return task;
}

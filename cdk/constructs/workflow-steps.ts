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
import { permanentErrorNames } from '../../lib/contracts/errors';
import type { StepEvent } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { LambdaStepName, StepInput } from '../../lib/contracts/steps';
import type { ArtifactStore } from './artifact-store';
import {
  type Expressed,
  type Expression,
  expression,
  inputOf,
  placeholder,
  runId,
  runIdPath,
} from './expressions';
import { caughtError } from './failure-states';
import { retryLambdaService, retryS3Service, retryTransientErrors } from './retry-policies';
import { mapVariables, variable } from './workflow-variables';

/** Longer than any function's own timeout, so that the function's is the one that is seen. */
const invocationMargin = Duration.seconds(30);
const shardConcurrency = 40;

interface InvokeProps<Step extends LambdaStepName> {
  readonly fn: LambdaFunction;
  /** @default - the name of the execution */
  readonly runId?: Expression;
  readonly input: Expressed<StepInput<Step>>;
  readonly outputs?: Expression;
  readonly assign?: Record<string, Expression>;
  /** Where permanent errors go; without it they end the execution in this state. */
  readonly onPermanentError?: IChainable;
}

/** One Lambda step: retried by error class, and by nothing else. */
export function invoke<Step extends LambdaStepName>(
  scope: Construct,
  name: string,
  props: InvokeProps<Step>,
): LambdaInvoke {
  const { fn, input, onPermanentError, assign } = props;
  const event: Expressed<StepEvent> = { runId: props.runId ?? runId, input };
  const task = LambdaInvoke.jsonata(scope, name, {
    lambdaFunction: fn,
    payload: TaskInput.fromObject({ ...event }),
    outputs: props.outputs ?? '{% $states.result.Payload %}',
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

/**
 * What each worker of the map is given. It is an execution of its own, under a name of its own, so the run id has to
 * come from the map.
 */
const shardItem = { runId, shard: expression('$states.context.Map.Item.Value') };
const itemField = inputOf<typeof shardItem>();
/** How a worker finds these in its input. */
export const ofShardItem = { runId: expression(itemField('runId')), input: expression(itemField('shard')) };

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

const keyExpression = (keyWithPlaceholders: string) => expression(`'${keyWithPlaceholders}'`);

/** `plan.json`'s list of shards. `ItemsPointer` is not yet known to the CDK's own reader, and its grant is the bucket. */
class PlannedShards extends S3JsonItemReader {
  constructor(readonly store: ArtifactStore) {
    super({
      bucket: store.bucket,
      key: keyExpression(
        objectKeys.plan(placeholder(variable('dataset')), placeholder(variable('contentKey'))),
      ),
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

/** What the container left, as an object. */
export function readOutcome(scope: Construct, name: string, { bucket }: ArtifactStore): CustomState {
  const task = new CustomState(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:s3:getObject`,
      Arguments: {
        Bucket: bucket.bucketName,
        Key: keyExpression(objectKeys.trainingOutcome(placeholder(runIdPath))),
      },
      TimeoutSeconds: 60,
      Output: '{% $parse($states.result.Body) %}',
    },
  });
  task.addRetry(retryS3Service);
  return task;
}

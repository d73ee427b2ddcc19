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
import type { FunctionInput, FunctionName } from '../../lib/contracts/sweep-steps';
import type { ArtifactStore } from './artifact-store';
import { type Expressed, type Expression, expression, inputOf, placeholder } from './expressions';
import { caughtError } from './failure-states';
import { retryLambdaService, retryS3Service, retryTransientErrors } from './retry-policies';
import { mapVariables, runId, variable } from './workflow-variables';

/** Added to the function's timeout, so that the function times out first and its error is reported. */
const invocationMargin = Duration.seconds(30);
const partConcurrency = 40;

interface InvokeProps<Step extends FunctionName> {
  readonly fn: LambdaFunction;
  /** @default - the run id of the workflow */
  readonly runId?: Expression;
  readonly input: Expressed<FunctionInput<Step>>;
  readonly outputs?: Expression;
  readonly assign?: Record<string, Expression>;
  /** The state after a permanent error; without it the error ends the execution in this state. */
  readonly onPermanentError?: IChainable;
}

/** Adds the state of one Lambda step, with retries by error class. */
export function invoke<Step extends FunctionName>(
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
 * The input of each worker of the map. A worker is an execution with its own name, so it gets the run id from the map.
 */
const partItem = { runId, part: expression('$states.context.Map.Item.Value') };
const itemField = inputOf<typeof partItem>();
/** The same fields, as a worker reads them from its input. */
export const ofPartItem = { runId: expression(itemField('runId')), input: expression(itemField('part')) };

/** Runs one worker for each entry of `parts` in the plan, which is read from S3 and not from the state. */
export function forEachPart(
  scope: Construct,
  name: string,
  { store, makeShards }: { readonly store: ArtifactStore; readonly makeShards: IChainable },
): DistributedMap {
  return DistributedMap.jsonata(scope, name, {
    maxConcurrency: partConcurrency,
    itemReader: new PlannedParts(store),
    itemSelector: partItem,
    assign: mapVariables,
    // The next state needs no output: the plan is in S3, and the step `commit` checks the shards.
    outputs: '{% {} %}',
  }).itemProcessor(makeShards);
}

const keyExpression = (keyWithPlaceholders: string) => expression(`'${keyWithPlaceholders}'`);

/** Reads the parts of `plan.json`. CDK's reader does not support `ItemsPointer`, and would grant the whole bucket. */
class PlannedParts extends S3JsonItemReader {
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
    return { ...reader, ReaderConfig: { ...reader['ReaderConfig'], ItemsPointer: '/parts' } };
  }

  override providePolicyStatements() {
    // The store grants this to the role of the workflow.
    return [];
  }
}

/** Reads the outcome that the training container has written. */
export function readOutcome(scope: Construct, name: string, { bucket }: ArtifactStore): CustomState {
  const task = new CustomState(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:s3:getObject`,
      Arguments: {
        Bucket: bucket.bucketName,
        Key: keyExpression(objectKeys.trainingOutcome(placeholder(variable('runId')))),
      },
      TimeoutSeconds: 60,
      Output: '{% $parse($states.result.Body) %}',
    },
  });
  task.addRetry(retryS3Service);
  return task;
}

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  type IChainable,
  LogLevel,
  QueryLanguage,
  StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { failure } from './failure-causes';
import type { PipelineFunctions } from './pipeline-functions';
import { trainingRetryStrategies } from './retry-policies';
import type { TrainingCompute } from './training-compute';
import { grantWorkflowRights } from './workflow-rights';
import {
  commitVariables,
  forEachShard,
  invoke,
  ofShardItem,
  planVariables,
  readOutcome,
  runId,
  shardOutput,
  trainingStateSeconds,
  trainOn,
} from './workflow-steps';

export interface TrainingWorkflowProps {
  readonly store: ArtifactStore;
  readonly functions: PipelineFunctions;
  readonly compute: TrainingCompute;
  readonly settings: Settings;
}

/** For all steps but the training, with all their retries, and a map of a hundred thousand shards. */
const otherStepsTimeout = Duration.days(1);

/** Every state has a limit of its own, and this one is longer than all of them: it is for what nobody thought of. */
function executionTimeout(settings: Settings): Duration {
  const trainings = settings.computes.includes('gpu') && settings.spot ? 2 : 1;
  return otherStepsTimeout.plus(Duration.seconds(trainings * trainingStateSeconds(settings)));
}

const datasetPointer = { dataset: '{% $dataset %}', contentKey: '{% $contentKey %}' };
const caught = { error: { jsonata: '$states.input.error' }, reason: '$states.input.message' } as const;

/**
 * The state machine. JSONata throughout; the state carries pointers and small numbers. A permanent error ends in a
 * failure state that says step, reason and remedy; any other ends the execution where it happened, so that
 * `RedriveExecution` resumes there.
 */
export class TrainingWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TrainingWorkflowProps,
  ) {
    super(scope, id);
    const { settings } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      // A name with this prefix keeps the resource policy that all state machines of an account share from growing.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.define()),
      queryLanguage: QueryLanguage.JSONATA,
      comment:
        'From raw digit images to a registered classifier. The input {} trains the default configuration on MNIST.',
      timeout: executionTimeout(settings),
      tracingEnabled: true,
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: true },
    });
    grantWorkflowRights(this.stateMachine, props);
  }

  private trainOn(name: string, target: 'gpuSpot' | 'gpuOnDemand' | 'cpu', strategy: 'spot' | 'onDemand') {
    const { compute, settings } = this.props;
    return trainOn(this, name, {
      target: compute[target]!,
      settings,
      stackName: Stack.of(this).stackName,
      retryStrategy: trainingRetryStrategies[strategy],
    });
  }

  /** Leads every deployed compute to `next`; an input that asks for another was refused by the plan. */
  private trainOnChosenCompute(next: IChainable): IChainable {
    const { computes, spot } = this.props.settings;
    const starts = computes.map((compute) => {
      if (compute === 'cpu') {
        const onFargate = this.trainOn('Train on Fargate', 'cpu', 'onDemand');
        onFargate.next(next);
        return { compute, start: onFargate };
      }
      const onDemand = this.trainOn('Train on a GPU on demand', 'gpuOnDemand', 'onDemand');
      onDemand.next(next);
      if (!spot) return { compute, start: onDemand };
      const onSpot = this.trainOn('Train on a spot GPU', 'gpuSpot', 'spot');
      // A timeout is no failed task to Step Functions: it wants a name of its own.
      onSpot.addCatch(onDemand, { errors: ['States.TaskFailed', 'States.Timeout'] });
      onSpot.next(next);
      return { compute, start: onSpot };
    });
    const choice = Choice.jsonata(this, 'Which compute trains?');
    const [first, ...others] = starts;
    for (const { compute, start } of others)
      choice.when(Condition.jsonata(`{% $compute = '${compute}' %}`), start);
    return choice.otherwise(first!.start);
  }

  private define(): IChainable {
    const { store, functions } = this.props;
    const preprocessingFailed = failure(this, 'Preprocessing failed', {
      step: 'preprocess',
      ...caught,
      remedy: 'Fix the dataset or the input, and start a new execution.',
    });
    const trainingFailed = failure(this, 'Training failed', {
      step: 'train',
      ...caught,
      remedy:
        'Change the setting that the reason names, and start a new execution; the shards are used again.',
    });
    const evaluationFailed = failure(this, 'Evaluation failed', {
      step: 'evaluate',
      ...caught,
      remedy: 'Start a new execution; the shards are used again.',
    });
    const belowThreshold = failure(this, 'The model is below the threshold', {
      step: 'gate',
      error: { name: 'QualityGateFailed' },
      reason:
        "'The test accuracy is ' & $string($states.input.accuracy) & ', and minAccuracy asks for at least ' & $string($states.input.minAccuracy) & '. The run is kept, its model is not promoted.'",
      remedy: 'Look into report.html of the run; train longer, or ask for less.',
    });
    const registrationFailed = failure(this, 'Registration failed', {
      step: 'register',
      ...caught,
      remedy: 'The run itself is whole: fix what the reason names, and start a new execution.',
    });

    const makeShard = invoke(this, 'Make a shard', {
      fn: functions.shard,
      ...ofShardItem,
      outputs: shardOutput,
    });
    const makeShards = forEachShard(this, 'Make the shards', { store, makeShard });
    const commit = invoke(this, 'Commit the dataset', {
      fn: functions.commit,
      input: datasetPointer,
      assign: commitVariables,
      onPermanentError: preprocessingFailed,
    });
    const readTrainingOutcome = readOutcome(this, 'Read how the training ended', store);
    const evaluate = invoke(this, 'Evaluate the model', {
      fn: functions.evaluate,
      input: {
        runId,
        ...datasetPointer,
        phases: [
          { name: 'preprocess', seconds: '{% $preprocessSeconds %}' },
          { name: 'train', seconds: '{% $states.input.seconds %}' },
        ],
        gpuHourUsd: this.props.settings.gpuHourUsd,
      },
      onPermanentError: evaluationFailed,
    });
    const register = invoke(this, 'Register the model', {
      fn: functions.register,
      input: { runId },
      onPermanentError: registrationFailed,
    });
    const plan = invoke(this, 'Plan the preprocessing', {
      fn: functions.plan,
      input: '{% $states.input %}',
      assign: planVariables,
      onPermanentError: preprocessingFailed,
    });

    // The story, last chapter first.
    const isGoodEnough = Choice.jsonata(this, 'Is the model good enough?')
      .when(
        Condition.jsonata('{% $states.input.isAccepted %}'),
        register.next(new Succeed(this, 'The model is registered')),
      )
      .otherwise(belowThreshold);
    const didTrainingSucceed = Choice.jsonata(this, 'Did the training succeed?')
      .when(Condition.jsonata("{% $states.input.status = 'succeeded' %}"), evaluate.next(isGoodEnough))
      .otherwise(trainingFailed);
    const train = this.trainOnChosenCompute(readTrainingOutcome.next(didTrainingSucceed));
    const areShardsReady = Choice.jsonata(this, 'Are the shards ready?')
      .when(Condition.jsonata('{% $states.input.isPrepared %}'), train)
      .otherwise(makeShards.next(commit).next(train));
    return plan.next(areShardsReady);
  }
}

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
import type { TrainingOutcome } from '../../lib/contracts/execution';
import { failures } from '../../lib/contracts/failure-states';
import type { StepOutput } from '../../lib/contracts/steps';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { expression, inputOf } from './expressions';
import { addFailureStates } from './failure-states';
import type { PipelineFunctions } from './pipeline-functions';
import type { TrainingCompute } from './training-compute';
import { trainingStateSeconds } from './training-task';
import { grantWorkflowRights } from './workflow-rights';
import { forEachPart, invoke, ofPartItem, readOutcome } from './workflow-steps';
import {
  commitVariables,
  datasetPointer,
  planVariables,
  runId,
  runIdAtStart,
  shardOutput,
  variable,
} from './workflow-variables';

const planned = inputOf<StepOutput<'plan'>>();
const trained = inputOf<Extract<TrainingOutcome, { status: 'succeeded' }>>();
const evaluated = inputOf<StepOutput<'evaluate'>>();
const hasStatus = (status: TrainingOutcome['status']) =>
  Condition.jsonata(expression(`${trained('status')} = '${status}'`));

export interface TrainingWorkflowProps {
  readonly store: ArtifactStore;
  readonly functions: PipelineFunctions;
  readonly compute: TrainingCompute;
  readonly settings: Settings;
}

/** For all steps except the training, with all their retries, and a map of a hundred thousand parts. */
const otherStepsTimeout = Duration.days(1);

/** Every state has its own timeout. This one is longer than all of them together, for unforeseen cases. */
export function executionTimeout(settings: Settings): Duration {
  const trainings = settings.computes.includes('gpu') && settings.spot ? 2 : 1;
  return otherStepsTimeout.plus(Duration.seconds(trainings * trainingStateSeconds(settings)));
}

/**
 * The state machine. It uses JSONata; the state contains only pointers and small numbers. A permanent error ends in a
 * failure state, whose cause has step, reason and remedy. Any other error ends the execution in the state where it
 * happened, so that `RedriveExecution` resumes there.
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
      // This prefix avoids a new entry in the resource policy that all state machines of an account share.
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

  /** Every deployed compute continues with `next`; the step `plan` has refused any other compute. */
  private trainOnChosenCompute(next: IChainable): IChainable {
    const choice = Choice.jsonata(this, 'Which compute trains?');
    const [first, ...others] = this.props.compute.targets.map((target) => ({
      compute: target.compute,
      start: target.startTask(this, next),
    }));
    for (const { compute, start } of others)
      choice.when(Condition.jsonata(expression(`${variable('compute')} = '${compute}'`)), start);
    return choice.otherwise(first!.start);
  }

  private define(): IChainable {
    const { store, functions, settings } = this.props;
    const failed = addFailureStates(this, failures);

    const makeShardsOfPart = invoke<'shard'>(this, 'Make the shards of a part', {
      fn: functions.byStep.shard,
      ...ofPartItem,
      outputs: shardOutput,
    });
    const makeShards = forEachPart(this, 'Make the shards', { store, makeShards: makeShardsOfPart });
    const commit = invoke<'commit'>(this, 'Commit the dataset', {
      fn: functions.byStep.commit,
      input: datasetPointer,
      assign: commitVariables,
      onPermanentError: failed.preprocess,
    });
    const readTrainingOutcome = readOutcome(this, 'Read how the training ended', store);
    const evaluate = invoke<'evaluate'>(this, 'Evaluate the model', {
      fn: functions.byStep.evaluate,
      input: {
        runId,
        ...datasetPointer,
        phases: [
          { name: 'preprocess', seconds: expression(variable('preprocessSeconds')) },
          { name: 'train', seconds: expression(trained('seconds')) },
        ],
        gpuHourUsd: settings.gpuHourUsd,
      },
      onPermanentError: failed.evaluate,
    });
    const register = invoke<'register'>(this, 'Register the model', {
      fn: functions.byStep.register,
      input: { runId },
      onPermanentError: failed.register,
    });
    const plan = invoke<'plan'>(this, 'Plan the preprocessing', {
      fn: functions.byStep.plan,
      runId: runIdAtStart,
      input: '{% $states.input %}',
      assign: planVariables,
      onPermanentError: failed.preprocess,
    });

    // The order of the states, last state first.
    const isGoodEnough = Choice.jsonata(this, 'Is the model good enough?')
      .when(
        Condition.jsonata(expression(evaluated('isAccepted'))),
        register.next(new Succeed(this, 'The model is registered')),
      )
      .otherwise(failed.gate);
    const didTrainingSucceed = Choice.jsonata(this, 'Did the training succeed?')
      .when(hasStatus('succeeded'), evaluate.next(isGoodEnough))
      .when(hasStatus('paused'), new Succeed(this, 'The training is paused'))
      .otherwise(failed.train);
    const train = this.trainOnChosenCompute(readTrainingOutcome.next(didTrainingSucceed));
    const areShardsReady = Choice.jsonata(this, 'Are the shards ready?')
      .when(
        Condition.jsonata(expression(planned('isFinished'))),
        new Succeed(this, 'The run is finished already'),
      )
      .when(Condition.jsonata(expression(planned('isPrepared'))), train)
      .otherwise(makeShards.next(commit).next(train));
    return plan.next(areShardsReady);
  }
}

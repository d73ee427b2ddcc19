import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  CustomState,
  DefinitionBody,
  type IChainable,
  LogLevel,
  Pass,
  QueryLanguage,
  StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PlanEnv } from '../../lib/contracts/env';
import { type RoundJob, type SweepOutput, sweepFailures, sweepSteps } from '../../lib/contracts/sweep-steps';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { expression, inputOf } from './expressions';
import { addFailureStates } from './failure-states';
import { NodeFunction } from './node-function';
import { retryStepFunctionsService } from './retry-policies';
import { grantSweepRights } from './sweep-rights';
import { JobMap } from './sweep-round';
import { roundVariables, sweepEvent, sweepVariable, variablesAtStart } from './sweep-variables';
import { executionTimeout, type TrainingWorkflow } from './training-workflow';
import { invoke } from './workflow-steps';

export interface SweepWorkflowProps {
  readonly store: ArtifactStore;
  readonly training: TrainingWorkflow;
  readonly settings: Settings;
}

const decided = inputOf<SweepOutput>();
const job = inputOf<RoundJob>();

/** Unique over map runs by the name of the item's execution, and over redrives of this execution by their number. */
const uniqueName = [
  job('name'),
  '$substring($states.context.Execution.Name, 0, 8)',
  '$string($states.context.Execution.RedriveCount)',
].join(" & '-' & ");

/** A sweep of ten thousand trials takes weeks. An execution that waits costs nothing, and each of its trainings has limits of its own. */
const sweepTimeout = Duration.days(90);
/** The nested execution times out first, so that its error is reported. */
const nestedMargin = Duration.minutes(5);

/**
 * The state machine of sweeps: a loop that asks the function `sweep` for the next round of jobs, and runs each job as an
 * execution of the training's state machine. The state has only counts: the jobs are in S3, and their results are in the
 * runs. A round with too many failures ends the execution, so that `RedriveExecution` runs the failed jobs again.
 */
export class SweepWorkflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly fn: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SweepWorkflowProps,
  ) {
    super(scope, id);
    const { settings } = props;
    this.fn = this.addFunction();
    const logGroup = new LogGroup(this, 'Logs', {
      // This prefix avoids a new entry in the resource policy that all state machines of an account share.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}-sweeps`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.define()),
      queryLanguage: QueryLanguage.JSONATA,
      comment: 'Many trainings of one space. sweep.json says which; it is in the bucket.',
      timeout: sweepTimeout,
      tracingEnabled: true,
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: true },
    });
    grantSweepRights(this.stateMachine, { ...props, fn: this.fn });
  }

  private addFunction(): LambdaFunction {
    const { store, settings } = this.props;
    const { memoryMib, timeoutMinutes } = sweepSteps.sweep.lambda;
    const environment: PlanEnv = {
      ARTIFACT_BUCKET: store.bucket.bucketName,
      COMPUTES: settings.computes.join(','),
      GPU_HOUR_USD: String(settings.gpuHourUsd),
    };
    const { fn, role } = new NodeFunction(this, 'sweep', {
      purpose: 'the step sweep',
      entry: 'functions/sweep/handler.ts',
      memoryMiB: memoryMib,
      timeout: Duration.minutes(timeoutMinutes),
      environment,
      settings,
    });
    store.grantStep('sweep', role);
    return fn;
  }

  private define(): IChainable {
    const { store, training, settings } = this.props;
    const failed = addFailureStates(this, sweepFailures);

    const start = Pass.jsonata(this, 'Start the sweep', { assign: variablesAtStart, outputs: '{% {} %}' });
    const decide = invoke<'sweep'>(this, 'Decide what is next', {
      fn: this.fn,
      ...sweepEvent,
      assign: roundVariables,
      onPermanentError: failed.sweep,
    });
    const train = new CustomState(this, 'Run a job', {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::states:startExecution.sync:2`,
        Arguments: {
          StateMachineArn: training.stateMachine.stateMachineArn,
          // The name of an execution can be used only once.
          Name: expression(uniqueName),
          Input: expression(job('input')),
        },
        TimeoutSeconds: executionTimeout(settings).plus(nestedMargin).toSeconds(),
        // The results are in the run.
        Output: '{% {} %}',
      },
    });
    train.addRetry(retryStepFunctionsService);
    const runJobs = new JobMap(this, 'Run the jobs of the round', {
      store,
      concurrency: sweepVariable('maxParallel'),
      toleratedFailures: sweepVariable('toleratedFailures'),
    });
    runJobs.itemProcessor(train);

    // The order of the states, last state first.
    const isOver = Choice.jsonata(this, 'Is the sweep over?')
      .when(
        Condition.jsonata(expression(`${decided('jobCount')} = 0`)),
        new Succeed(this, 'The sweep is finished'),
      )
      .otherwise(runJobs.next(decide));
    decide.next(isOver);
    return start.next(decide);
  }
}

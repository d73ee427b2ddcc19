import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { NotifyEnv } from '../../lib/contracts/env';
import { inputErrorNames } from '../../lib/contracts/errors';
import { endStatuses, eventTypes } from '../../lib/contracts/events';
import { objectKeys } from '../../lib/contracts/object-keys';
import { tooManyFailures } from '../../lib/contracts/sweep-steps';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { NodeFunction } from './node-function';
import type { SweepWorkflow } from './sweep-workflow';
import type { TrainingCompute } from './training-compute';
import type { TrainingWorkflow } from './training-workflow';

export interface NotificationsProps {
  readonly settings: Settings;
  readonly store: ArtifactStore;
  readonly workflow: TrainingWorkflow;
  readonly sweeps: SweepWorkflow;
  readonly compute: TrainingCompute;
}

const alarmPeriod = Duration.minutes(5);

/**
 * Notifications to the topic: a message about the end of every run and every sweep, and one alarm for those that failed for
 * a reason other than their input. The alarm publishes to the topic directly, so it also works if the function `notify` fails.
 */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NotificationsProps,
  ) {
    super(scope, id);
    const { settings, workflow, sweeps, compute } = props;
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    if (settings.alarmEmail !== undefined)
      this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));

    const notify = this.addFunction();
    const machines = [workflow, sweeps].map(({ stateMachine }) => stateMachine.stateMachineArn);
    this.sendToFunction(notify, 'Run ended', 'A run or a sweep has ended, with any status.', {
      source: ['aws.states'],
      detailType: [eventTypes.executionEnded],
      detail: { stateMachineArn: machines, status: [...endStatuses] },
    });
    // Batch has no metric for a job that blocks the head of its queue; it sends an event.
    this.sendToFunction(
      notify,
      'Queue blocked',
      'A training waits for a machine, and Batch cannot start one.',
      {
        source: ['aws.batch'],
        detailType: [eventTypes.queueBlocked],
        resources: compute.jobs.map(({ queue }) => queue.jobQueueArn),
      },
    );
    this.addAlarm();
  }

  private addFunction(): LambdaFunction {
    const { settings, store, sweeps } = this.props;
    const environment: NotifyEnv = {
      ARTIFACT_BUCKET: store.bucket.bucketName,
      STACK_NAME: Stack.of(this).stackName,
      TOPIC_ARN: this.topic.topicArn,
      SWEEP_STATE_MACHINE_ARN: sweeps.stateMachine.stateMachineArn,
    };
    const { fn, role } = new NodeFunction(this, 'notify', {
      purpose: 'the function that sends messages about runs and sweeps',
      entry: 'functions/notify/handler.ts',
      memoryMiB: 256,
      timeout: Duration.minutes(2),
      environment,
      settings,
    });
    store.grantRead(role, [objectKeys.runRecord('*'), objectKeys.sweepResults('*')]);
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }));
    return fn;
  }

  /**
   * The rule calls a function, and not the topic directly: EventBridge supports no condition in a topic's policy, so a
   * rule of any account could publish, and its templates do not escape the text of a cause.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
   */
  private sendToFunction(
    notify: LambdaFunction,
    name: string,
    description: string,
    eventPattern: EventPattern,
  ): void {
    new Rule(this, name, { description, eventPattern }).addTarget(new FunctionTarget(notify));
  }

  /** Step Functions' metric includes failures caused by the input. A rule can exclude these, and has its own metric. */
  private addAlarm(): void {
    const { workflow, sweeps } = this.props;
    const failures = (machine: StateMachine, expected: readonly string[]) => ({
      stateMachineArn: [machine.stateMachineArn],
      error: [{ 'anything-but': [...expected] }, null, { exists: false }],
    });
    const rule = new Rule(this, 'Execution failed', {
      description:
        'Counts the failed executions for the alarm, without those whose input was refused. It has no target.',
      eventPattern: {
        source: ['aws.states'],
        detailType: [eventTypes.executionEnded],
        detail: {
          status: ['FAILED', 'TIMED_OUT'],
          $or: [
            failures(workflow.stateMachine, inputErrorNames),
            // The failed trials are counted by themselves.
            failures(sweeps.stateMachine, [...inputErrorNames, tooManyFailures]),
          ],
        },
      },
    });
    const alarm = new Alarm(this, 'Executions failed', {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'TriggeredRules',
        dimensionsMap: { RuleName: rule.ruleName },
        statistic: 'Sum',
        period: alarmPeriod,
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${Stack.of(this).stackName}: Executions failed. What to do: docs/runbook.md#executions-failed`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    // This replaces the default policy of SNS, which lets all alarms of the account publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': alarm.alarmArn },
        },
      }),
    );
  }
}

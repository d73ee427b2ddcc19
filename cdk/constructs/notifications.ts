import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { NotifyEnv } from '../../lib/contracts/env';
import { decisionErrorNames } from '../../lib/contracts/errors';
import { endStatuses, eventTypes } from '../../lib/contracts/events';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { Settings } from '../settings';
import type { ArtifactStore } from './artifact-store';
import { NodeFunction } from './node-function';
import type { TrainingCompute } from './training-compute';
import type { TrainingWorkflow } from './training-workflow';

export interface NotificationsProps {
  readonly settings: Settings;
  readonly store: ArtifactStore;
  readonly workflow: TrainingWorkflow;
  readonly compute: TrainingCompute;
}

const alarmPeriod = Duration.minutes(5);

/**
 * Who is told what: a message about the end of every run, and one alarm, for runs that failed by no decision of
 * anybody's. The alarm goes to the topic by itself, and so also where the function that writes the messages is broken.
 */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NotificationsProps,
  ) {
    super(scope, id);
    const { settings, workflow, compute } = props;
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    if (settings.alarmEmail !== undefined)
      this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));

    const notify = this.addFunction();
    const { stateMachineArn } = workflow.stateMachine;
    this.tell(notify, 'Run ended', 'A run has ended, in whatever way.', {
      source: ['aws.states'],
      detailType: [eventTypes.executionEnded],
      detail: { stateMachineArn: [stateMachineArn], status: [...endStatuses] },
    });
    // Batch has no metric for a job at the head of a queue that cannot start; it sends an event.
    this.tell(notify, 'Queue blocked', 'A training waits for a machine that does not come.', {
      source: ['aws.batch'],
      detailType: [eventTypes.queueBlocked],
      resources: compute.jobs.map(({ queue }) => queue.jobQueueArn),
    });
    this.addAlarm(stateMachineArn);
  }

  private addFunction(): LambdaFunction {
    const { settings, store } = this.props;
    const environment: NotifyEnv = {
      ARTIFACT_BUCKET: store.bucket.bucketName,
      STACK_NAME: Stack.of(this).stackName,
      TOPIC_ARN: this.topic.topicArn,
    };
    const { fn, role } = new NodeFunction(this, 'notify', {
      purpose: 'the function that tells of runs',
      entry: 'functions/notify/handler.ts',
      memoryMiB: 256,
      timeout: Duration.minutes(2),
      environment,
      settings,
    });
    store.grantRead(role, [objectKeys.runRecord('*')]);
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }));
    return fn;
  }

  /**
   * Through a function, and not from the rule to the topic: EventBridge takes no condition in a topic's policy, so that
   * any account's rule could publish, and its templates do not escape what a cause has in it.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
   */
  private tell(notify: LambdaFunction, name: string, description: string, eventPattern: EventPattern): void {
    new Rule(this, name, { description, eventPattern }).addTarget(new FunctionTarget(notify));
  }

  /** Step Functions' own metric counts decisions as well; a rule can tell them apart, and each match is counted. */
  private addAlarm(stateMachineArn: string): void {
    const rule = new Rule(this, 'Execution failed', {
      description: 'Counts the executions that failed by no decision, for the alarm. It has no target.',
      eventPattern: {
        source: ['aws.states'],
        detailType: [eventTypes.executionEnded],
        detail: {
          stateMachineArn: [stateMachineArn],
          status: ['FAILED', 'TIMED_OUT'],
          error: [{ 'anything-but': [...decisionErrorNames] }, null, { exists: false }],
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
    // The topic's policy replaces the one that SNS makes, which lets the account's alarms publish.
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

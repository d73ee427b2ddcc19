import { Duration, Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../settings';
import type { PipelineFunctions } from './pipeline-functions';
import type { TrainingCompute } from './training-compute';
import type { TrainingWorkflow } from './training-workflow';

export interface OperationsProps {
  readonly settings: Settings;
  readonly workflow: TrainingWorkflow;
  readonly functions: PipelineFunctions;
  readonly compute: TrainingCompute;
}

const alarmPeriod = Duration.minutes(5);
const metricsNamespace = 'MnistPipeline';

/** Who is told what, and one page to look at. Every alarm names its section of the runbook. */
export class Operations extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { settings, workflow, functions, compute } = props;
    this.topic = new Topic(this, 'Alarms', { enforceSSL: true });
    if (settings.alarmEmail !== undefined)
      this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));

    const { stateMachine } = workflow;
    this.alarmOn('Executions failed', stateMachine.metricFailed({ period: alarmPeriod }));
    this.alarmOn('Executions timed out', stateMachine.metricTimedOut({ period: alarmPeriod }));
    this.alarmOn('Executions aborted', stateMachine.metricAborted({ period: alarmPeriod }));
    for (const [step, fn] of Object.entries(functions.all)) {
      this.alarmOn(`Lambda errors in ${step}`, fn.metricErrors({ period: alarmPeriod }), 'lambda-errors');
    }
    this.tellWhenQueuesAreBlocked(compute);
    if (settings.monthlyBudgetUsd !== undefined)
      this.addBudget(settings.monthlyBudgetUsd, settings.alarmEmail!);
    this.addDashboard(props);
  }

  private alarmOn(name: string, metric: IMetric, section = toSection(name)): void {
    const alarm = new Alarm(this, name, {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${Stack.of(this).stackName}: ${name}. What to do: docs/runbook.md#${section}`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }

  /** Batch has no metric for a job at the head of a queue that cannot start; it sends an event. */
  private tellWhenQueuesAreBlocked({ targets }: TrainingCompute): void {
    const rule = new Rule(this, 'Queue blocked', {
      description:
        'A training waits for an instance that does not come. What to do: docs/runbook.md#queue-blocked',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job Queue Blocked'],
        resources: targets.map(({ queue }) => queue.jobQueueArn),
      },
    });
    const message = `${Stack.of(this).stackName}: Queue blocked. What to do: docs/runbook.md#queue-blocked`;
    rule.addTarget(new SnsTopic(this.topic, { message: RuleTargetInput.fromText(message) }));
  }

  private addBudget(limitUsd: number, email: string): void {
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: limitUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${stackTagKey}$${Stack.of(this).stackName}`] },
      },
      notificationsWithSubscribers: [80, 100].map((threshold) => ({
        notification: { comparisonOperator: 'GREATER_THAN', notificationType: 'ACTUAL', threshold },
        subscribers: [{ subscriptionType: 'EMAIL', address: email }],
      })),
    });
  }

  private addDashboard({ workflow: { stateMachine }, functions }: OperationsProps): void {
    const ofRuns = (metricName: string) =>
      new Metric({
        namespace: metricsNamespace,
        metricName,
        dimensionsMap: { service: 'evaluate' },
        statistic: 'Average',
        period: alarmPeriod,
      });
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph('Executions', [
            stateMachine.metricStarted(),
            stateMachine.metricSucceeded(),
            stateMachine.metricFailed(),
            stateMachine.metricAborted(),
            stateMachine.metricTimedOut(),
          ]),
          graph('Test accuracy', [ofRuns('Accuracy')]),
        ],
        [
          graph(
            'Seconds per phase',
            ['preprocess', 'train', 'evaluate'].map((phase) => ofRuns(`${phase}Seconds`)),
          ),
          graph(
            'Lambda errors',
            Object.values(functions.all).map((fn) => fn.metricErrors()),
          ),
        ],
      ],
    });
  }
}

/** On every resource of the stack, for the budget and the bill. */
export const stackTagKey = 'mnist-pipeline';

function toSection(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

import { Duration, Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Dashboard, GraphWidget, type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { metricsNamespace, phaseMetric, runMetrics, stepDimension } from '../../lib/contracts/metrics';
import { phaseSchema } from '../../lib/contracts/results';
import type { StepName } from '../../lib/contracts/steps';
import type { Settings } from '../settings';
import type { PipelineFunctions } from './pipeline-functions';
import type { SweepWorkflow } from './sweep-workflow';
import type { TrainingWorkflow } from './training-workflow';

export interface OperationsProps {
  readonly settings: Settings;
  readonly workflow: TrainingWorkflow;
  readonly functions: PipelineFunctions;
  readonly sweeps: SweepWorkflow;
}

const metricPeriod = Duration.minutes(5);
/** In percent. AWS Budgets needs about five weeks of bills before it makes a forecast. */
const budgetThresholds = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

/** Optional monitoring: a budget and a dashboard. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { monthlyBudgetUsd, alarmEmail, dashboard } = props.settings;
    if (monthlyBudgetUsd !== undefined) this.addBudget(monthlyBudgetUsd, alarmEmail!);
    if (dashboard) this.addDashboard(props);
  }

  private addBudget(limitUsd: number, email: string): void {
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: limitUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${stackTagKey}$${Stack.of(this).stackName}`] },
      },
      notificationsWithSubscribers: budgetThresholds.map((threshold) => ({
        notification: { comparisonOperator: 'GREATER_THAN', ...threshold },
        subscribers: [{ subscriptionType: 'EMAIL', address: email }],
      })),
    });
  }

  private addDashboard({ workflow: { stateMachine }, functions, sweeps }: OperationsProps): void {
    const ofRuns = (metricName: string) =>
      new Metric({
        namespace: metricsNamespace,
        metricName,
        dimensionsMap: { [stepDimension]: 'evaluate' satisfies StepName },
        statistic: 'Average',
        period: metricPeriod,
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
          graph('Test accuracy', [ofRuns(runMetrics.accuracy)]),
        ],
        [
          graph(
            'Seconds per phase',
            phaseSchema.shape.name.options.map((phase) => ofRuns(phaseMetric(phase))),
          ),
          graph(
            'Lambda errors',
            [...functions.all, sweeps.fn].map((fn) => fn.metricErrors()),
          ),
        ],
      ],
    });
  }
}

/** A tag on every resource of the stack, for the budget and the bill. */
export const stackTagKey = 'mnist-pipeline';

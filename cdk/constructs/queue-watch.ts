import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Choice,
  Condition,
  CustomState,
  DefinitionBody,
  type IChainable,
  QueryLanguage,
  StateMachine,
  Succeed,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-findings';
import { retryBatchService } from './retry-policies';
import type { TrainingCompute } from './training-compute';
import type { QueuedJob } from './training-queues';
import { grantTerminateJobs } from './workflow-rights';

/**
 * Terminates a job that gets no machine. Batch does this itself for some reasons. For a quota of zero, an invalid compute
 * environment or an instance that cannot register, a queue has no time limit action
 * (https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_time_limit_actions.html), and the job would
 * wait until its state times out. A job that waits behind other jobs is not terminated, because its queue makes progress.
 */
export class QueueWatch extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { jobs }: TrainingCompute) {
    super(scope, id);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.define()),
      queryLanguage: QueryLanguage.JSONATA,
      comment:
        'Started for every training that waits for a machine; ends when the training starts or is terminated.',
      timeout: Duration.days(2),
    });
    grantTerminateJobs(this.stateMachine);
    // Batch does not support limiting these actions to a resource.
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['batch:DescribeJobs', 'batch:ListJobs'], resources: ['*'] }),
    );
    acknowledgeWildcard(
      this.stateMachine,
      '*',
      'batch:DescribeJobs and batch:ListJobs cannot be limited to a resource.',
    );
    for (const finding of ['AwsSolutions-SF1', 'AwsSolutions-SF2']) {
      Validations.of(this.stateMachine).acknowledge({
        id: finding,
        reason:
          'It makes four calls to Batch, and the history of each execution shows them with their results.',
      });
    }
    for (const job of jobs) this.watch(job);
  }

  private watch({ queue, capacityTimeout, quota }: QueuedJob): void {
    const rule = new Rule(this, `${queue.node.id} waits`, {
      description: 'A training waits for a machine.',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { status: ['RUNNABLE'], jobQueue: [queue.jobQueueArn] },
      },
    });
    const minutes = capacityTimeout.toMinutes();
    const input = {
      jobId: EventField.fromPath('$.detail.jobId'),
      // Each attempt waits separately, and starts its own execution.
      attempts: EventField.fromPath('$.detail.attempts'),
      jobQueue: queue.jobQueueArn,
      capacityTimeoutSeconds: capacityTimeout.toSeconds(),
      reason: `No machine was started within ${minutes} minutes, for this job or any other job in its queue. First check the quota "${quota.name}" (${quota.code}). See docs/runbook.md#no-machine`,
    };
    rule.addTarget(new SfnStateMachine(this.stateMachine, { input: RuleTargetInput.fromObject(input) }));
  }

  private define(): IChainable {
    const nothingToTerminate = new Succeed(this, 'There is nothing to terminate');
    const wait = Wait.jsonata(this, 'Wait for a machine', {
      time: WaitTime.seconds('{% $states.input.capacityTimeoutSeconds %}'),
    });
    const describeJob = this.callBatch(
      'Describe the job',
      'describeJobs',
      { Jobs: ['{% $states.input.jobId %}'] },
      '{% $merge([$states.input, {"job": $states.result.Jobs[0]}]) %}',
    );
    const countIn = (status: string, name: string) =>
      this.callBatch(
        name,
        'listJobs',
        { JobQueue: '{% $states.input.jobQueue %}', JobStatus: status },
        `{% $merge([$states.input, {"${status}": $count($states.result.JobSummaryList)}]) %}`,
      );
    const terminate = this.callBatch(
      'Terminate the job',
      'terminateJob',
      { JobId: '{% $states.input.jobId %}', Reason: '{% $states.input.reason %}' },
      '{% {} %}',
    );
    const hasQueueProgress = Choice.jsonata(this, 'Does its queue make progress?')
      .when(Condition.jsonata('{% $states.input.STARTING + $states.input.RUNNING > 0 %}'), wait)
      .otherwise(terminate.next(new Succeed(this, 'The job is terminated')));
    const isJobWaiting = Choice.jsonata(this, 'Is the job still waiting?')
      .when(
        Condition.jsonata(
          "{% $states.input.job.Status = 'RUNNABLE' and $count($states.input.job.Attempts) = $count($states.input.attempts) %}",
        ),
        countIn('STARTING', 'Count the starting jobs')
          .next(countIn('RUNNING', 'Count the running jobs'))
          .next(hasQueueProgress),
      )
      .otherwise(nothingToTerminate);
    return wait.next(describeJob).next(isJobWaiting);
  }

  /** A `CustomState`, because CDK's CallAwsService would grant terminateJob for all jobs of the account. */
  private callBatch(
    name: string,
    action: string,
    Arguments: Record<string, unknown>,
    Output: string,
  ): CustomState {
    const task = new CustomState(this, name, {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:batch:${action}`,
        Arguments,
        TimeoutSeconds: 60,
        Output,
      },
    });
    task.addRetry(retryBatchService);
    return task;
  }
}

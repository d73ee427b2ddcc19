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
 * Gives up a job for which no machine comes. Batch does that itself where it can name the reason; for a quota of zero, an
 * environment that is invalid or an instance that cannot register it has no reason that a queue can be told to act on
 * (https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_time_limit_actions.html), and the job would
 * wait until its state times out. A job that waits behind others is left alone: its queue moves.
 */
export class QueueWatch extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { jobs }: TrainingCompute) {
    super(scope, id);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.define()),
      queryLanguage: QueryLanguage.JSONATA,
      comment: 'Started for every training that waits for a machine; ends with the wait.',
      timeout: Duration.days(2),
    });
    grantTerminateJobs(this.stateMachine);
    // Neither can be limited to a resource: the service does not offer it.
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
        reason: 'Four calls to Batch, which the history of each execution shows with their answers.',
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
      // A job that was tried again waits anew, and has a watch of its own.
      attempts: EventField.fromPath('$.detail.attempts'),
      jobQueue: queue.jobQueueArn,
      capacityTimeoutSeconds: capacityTimeout.toSeconds(),
      reason: `No machine came for this job within ${minutes} minutes, and none for any other in its queue. The first thing to check is the quota "${quota.name}" (${quota.code}). See docs/runbook.md#no-machine`,
    };
    rule.addTarget(new SfnStateMachine(this.stateMachine, { input: RuleTargetInput.fromObject(input) }));
  }

  private define(): IChainable {
    const nothingToGiveUp = new Succeed(this, 'There is nothing to give up');
    const wait = Wait.jsonata(this, 'Wait for a machine', {
      time: WaitTime.seconds('{% $states.input.capacityTimeoutSeconds %}'),
    });
    const lookAtJob = this.ask(
      'Look at the job',
      'describeJobs',
      { Jobs: ['{% $states.input.jobId %}'] },
      '{% $merge([$states.input, {"job": $states.result.Jobs[0]}]) %}',
    );
    const countIn = (status: string, name: string) =>
      this.ask(
        name,
        'listJobs',
        { JobQueue: '{% $states.input.jobQueue %}', JobStatus: status },
        `{% $merge([$states.input, {"${status}": $count($states.result.JobSummaryList)}]) %}`,
      );
    const giveUp = this.ask(
      'Give up the job',
      'terminateJob',
      { JobId: '{% $states.input.jobId %}', Reason: '{% $states.input.reason %}' },
      '{% {} %}',
    );
    const doesQueueMove = Choice.jsonata(this, 'Does its queue move?')
      .when(Condition.jsonata('{% $states.input.STARTING + $states.input.RUNNING > 0 %}'), wait)
      .otherwise(giveUp.next(new Succeed(this, 'The job is given up')));
    const doesItWait = Choice.jsonata(this, 'Does the job still wait?')
      .when(
        Condition.jsonata(
          "{% $states.input.job.Status = 'RUNNABLE' and $count($states.input.job.Attempts) = $count($states.input.attempts) %}",
        ),
        countIn('STARTING', 'Count the jobs that start')
          .next(countIn('RUNNING', 'Count the jobs that run'))
          .next(doesQueueMove),
      )
      .otherwise(nothingToGiveUp);
    return wait.next(lookAtJob).next(doesItWait);
  }

  /** A `CustomState`, as the CDK's CallAwsService grants terminateJob for the jobs of anybody. */
  private ask(name: string, action: string, Arguments: Record<string, unknown>, Output: string): CustomState {
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

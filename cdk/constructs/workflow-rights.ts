import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { objectKeys } from '../../lib/contracts/object-keys';
import { acknowledgeWildcard, arnInFindings, logicalIdOf, stackArnInFindings } from './acknowledge-findings';
import type { ArtifactStore } from './artifact-store';
import type { PipelineFunctions } from './pipeline-functions';
import { jobTagKey } from './submit-job-arguments';
import type { TrainingCompute } from './training-compute';

export interface WorkflowRights {
  readonly store: ArtifactStore;
  readonly functions: PipelineFunctions;
  readonly compute: TrainingCompute;
}

/** The rights that CDK does not grant by itself: for Batch jobs, and for two kinds of objects. */
export function grantWorkflowRights(
  stateMachine: StateMachine,
  { store, functions, compute }: WorkflowRights,
): void {
  // The name of a job definition is no reference, so CloudFormation would not create the job definition first.
  stateMachine.node.addDependency(...compute.jobs.map(({ jobDefinition }) => jobDefinition));
  grantBatch(stateMachine, compute);
  store.grantRead(stateMachine.role, [objectKeys.trainingOutcome('*'), objectKeys.plan('*', '*')]);
  acknowledgeStateMachine(stateMachine, functions.all);
}

/** Rights to submit to the queues, and what `.sync` needs to wait for a job and to terminate it if aborted. */
function grantBatch(stateMachine: StateMachine, { jobs: queuedJobs }: TrainingCompute): void {
  const stack = Stack.of(stateMachine);
  const jobs = stack.formatArn({ service: 'batch', resource: 'job', resourceName: '*' });
  const unique = (arns: readonly string[]) => [...new Set(arns)];
  const statements = [
    new PolicyStatement({
      actions: ['batch:SubmitJob'],
      resources: unique([
        ...queuedJobs.map(({ queue }) => queue.jobQueueArn),
        // A job is submitted by name, but the right is checked for the revision.
        ...queuedJobs.map(({ jobDefinitionName }) => anyRevision(stack, jobDefinitionName)),
      ]),
    }),
    // A job has no ARN before it is submitted; the tag identifies its stack.
    new PolicyStatement({
      actions: ['batch:TagResource'],
      resources: [jobs],
      conditions: { StringEquals: { [`aws:RequestTag/${jobTagKey}`]: stack.stackName } },
    }),
    // Batch does not support limiting DescribeJobs to a resource.
    new PolicyStatement({ actions: ['batch:DescribeJobs'], resources: ['*'] }),
    usesRule(stack, 'StepFunctionsGetEventsForBatchJobsRule'),
  ];
  for (const statement of statements) stateMachine.addToRolePolicy(statement);
  grantTerminateJobs(stateMachine);
  for (const { jobDefinitionName } of queuedJobs) {
    acknowledgeWildcard(
      stateMachine,
      stackArnInFindings(stack, 'batch', `job-definition/${jobDefinitionName}:*`),
      'The revisions of one job definition of this stack: a running execution may submit a revision of a later deployment.',
    );
  }
}

/** The rule by which Step Functions is notified of the end of what a `.sync` task has started. */
export function usesRule(stack: Stack, resourceName: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    resources: [stack.formatArn({ service: 'events', resource: 'rule', resourceName })],
  });
}

/** Only for jobs of this stack. */
export function grantTerminateJobs(stateMachine: StateMachine): void {
  const stack = Stack.of(stateMachine);
  stateMachine.addToRolePolicy(
    new PolicyStatement({
      actions: ['batch:TerminateJob'],
      resources: [stack.formatArn({ service: 'batch', resource: 'job', resourceName: '*' })],
      conditions: { StringEquals: { [`aws:ResourceTag/${jobTagKey}`]: stack.stackName } },
    }),
  );
  acknowledgeWildcard(
    stateMachine,
    stackArnInFindings(stack, 'batch', 'job/*'),
    'A job has no ARN before it is submitted; a condition limits the right to the tag of this stack.',
  );
}

function anyRevision(stack: Stack, jobDefinitionName: string): string {
  return stack.formatArn({
    service: 'batch',
    resource: 'job-definition',
    resourceName: `${jobDefinitionName}:*`,
  });
}

/** The wildcards in the rights that CDK grants to a state machine with a Distributed Map and these functions. */
export function acknowledgeStateMachine(
  stateMachine: StateMachine,
  functions: readonly LambdaFunction[],
): void {
  const acknowledge = (wildcard: string, reason: string) =>
    acknowledgeWildcard(stateMachine, wildcard, reason);
  acknowledge(
    '*',
    'X-Ray, the delivery of logs and, for trainings, batch:DescribeJobs cannot be limited to a resource.',
  );
  for (const fn of functions) {
    acknowledge(`${arnInFindings(fn)}:*`, 'The versions and aliases of one function of this stack.');
  }
  const name = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalIdOf(stateMachine)}"}]}]}`;
  for (const suffix of [':*', '/*:*']) {
    acknowledge(
      stackArnInFindings(stateMachine, 'states', `execution:${name}${suffix}`),
      'The map runs of this state machine, which have no ARN before they are started.',
    );
  }
}

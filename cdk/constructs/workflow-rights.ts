import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
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

/** What the states need that are not the CDK's own: Batch jobs, and two kinds of objects. */
export function grantWorkflowRights(
  stateMachine: StateMachine,
  { store, functions, compute }: WorkflowRights,
): void {
  // Its name alone makes CloudFormation wait for nothing.
  stateMachine.node.addDependency(...compute.jobs.map(({ jobDefinition }) => jobDefinition));
  grantBatch(stateMachine, compute);
  store.grantRead(stateMachine.role, [objectKeys.trainingOutcome('*'), objectKeys.plan('*', '*')]);
  acknowledgeWildcards(stateMachine, functions);
}

/** Submit to our queues, and whatever `.sync` needs to wait for a job and to terminate it when it is aborted. */
function grantBatch(stateMachine: StateMachine, { jobs: queuedJobs }: TrainingCompute): void {
  const stack = Stack.of(stateMachine);
  const jobs = stack.formatArn({ service: 'batch', resource: 'job', resourceName: '*' });
  const unique = (arns: readonly string[]) => [...new Set(arns)];
  const statements = [
    new PolicyStatement({
      actions: ['batch:SubmitJob'],
      resources: unique([
        ...queuedJobs.map(({ queue }) => queue.jobQueueArn),
        // What is submitted by name is asked for by its revision.
        ...queuedJobs.map(({ jobDefinitionName }) => anyRevision(stack, jobDefinitionName)),
      ]),
    }),
    // A job has no ARN before it is submitted; the tag says whose it is.
    new PolicyStatement({
      actions: ['batch:TagResource'],
      resources: [jobs],
      conditions: { StringEquals: { [`aws:RequestTag/${jobTagKey}`]: stack.stackName } },
    }),
    // DescribeJobs cannot be limited to a resource: the service does not offer it.
    new PolicyStatement({ actions: ['batch:DescribeJobs'], resources: ['*'] }),
    // The rule through which Step Functions learns that a job ended.
    new PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        stack.formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForBatchJobsRule',
        }),
      ],
    }),
  ];
  for (const statement of statements) stateMachine.addToRolePolicy(statement);
  grantTerminateJobs(stateMachine);
  for (const { jobDefinitionName } of queuedJobs) {
    acknowledgeWildcard(
      stateMachine,
      stackArnInFindings(stack, 'batch', `job-definition/${jobDefinitionName}:*`),
      'The revisions of one job definition of this stack: a later deployment registers the one that a running execution submits.',
    );
  }
}

/** Those of this stack. */
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
    'A job has no ARN before it is submitted; a condition binds the right to the tag of this stack.',
  );
}

function anyRevision(stack: Stack, jobDefinitionName: string): string {
  return stack.formatArn({
    service: 'batch',
    resource: 'job-definition',
    resourceName: `${jobDefinitionName}:*`,
  });
}

function acknowledgeWildcards(stateMachine: StateMachine, functions: PipelineFunctions): void {
  const acknowledge = (wildcard: string, reason: string) =>
    acknowledgeWildcard(stateMachine, wildcard, reason);
  acknowledge('*', 'batch:DescribeJobs, X-Ray and the delivery of logs cannot be limited to a resource.');
  for (const fn of functions.all) {
    acknowledge(`${arnInFindings(fn)}:*`, 'The versions and aliases of one function of this stack.');
  }
  const nameOfMachine = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalIdOf(stateMachine)}"}]}]}`;
  for (const suffix of [':*', '/*:*']) {
    acknowledge(
      stackArnInFindings(stateMachine, 'states', `execution:${nameOfMachine}${suffix}`),
      'The map runs of this state machine, which have no ARN before they are started.',
    );
  }
}

import { lambdaStepNames, type StepName } from '../../lib/contracts/steps';
import { functionSteps } from '../../lib/contracts/sweep-steps';
import { render, resourcesOf, synthesize } from './synthesize';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const synthesized = synthesize();
const list = <Item>(value: Item | Item[]): Item[] => (Array.isArray(value) ? value : [value]);

/** `s3:GetObject datasets/*` and so on, of all policies of the roles whose logical id starts with `prefix`. */
function rightsOf(prefix: string): string[] {
  return resourcesOf(synthesized, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) =>
        list(Resource).map((resource) => `${action} ${shorten(render(resource))}`),
      ),
    )
    .sort();
}

const shorten = (arn: string) =>
  arn
    .replace(/<Artifacts\w+\.Arn>\/?/, '')
    .replace(/<AWS::(Partition|Region|AccountId)>/g, '')
    .replace(/<(\w+?)[0-9A-F]{8}/, '<$1');

const logs = (name: string) => [
  `logs:CreateLogStream <${name}Logs.Arn>`,
  `logs:PutLogEvents <${name}Logs.Arn>`,
];

/** The rights of a step in the table of steps; test/cdk/step-access.test.ts compares the table with the step's calls. */
const rightsInTable = (step: StepName | 'sweep') => [
  ...functionSteps[step].reads.map((key) => `s3:GetObject ${key}`),
  's3:ListBucket ',
  ...functionSteps[step].writes.map((key) => `s3:PutObject ${key}`),
];

describe('each role has the rights of its step', () => {
  it.each(lambdaStepNames)('%s', (step) => {
    const role = `Functions${step}`;
    expect(rightsOf(role)).toEqual([...logs(role), ...rightsInTable(step)].sort());
  });

  it('the training container', () => {
    expect(rightsOf('ComputeJobRole')).toEqual(rightsInTable('train').sort());
  });

  it('the workflow, which may describe and terminate its jobs', () => {
    const rights = rightsOf('WorkflowStateMachine').filter(
      (right) => !/^(logs|xray|lambda|states):/.test(right),
    );
    expect(rights).toEqual([
      'batch:DescribeJobs *',
      'batch:SubmitJob <ComputeCpuQueue.JobQueueArn>',
      'batch:SubmitJob <ComputeGpuOnDemandQueue.JobQueueArn>',
      'batch:SubmitJob <ComputeGpuSpotQueue.JobQueueArn>',
      'batch:SubmitJob arn::batch:::job-definition/MnistPipeline-cpu:*',
      'batch:SubmitJob arn::batch:::job-definition/MnistPipeline-gpu:*',
      'batch:TagResource arn::batch:::job/*',
      'batch:TerminateJob arn::batch:::job/*',
      'events:DescribeRule arn::events:::rule/StepFunctionsGetEventsForBatchJobsRule',
      'events:PutRule arn::events:::rule/StepFunctionsGetEventsForBatchJobsRule',
      'events:PutTargets arn::events:::rule/StepFunctionsGetEventsForBatchJobsRule',
      's3:GetObject datasets/*/prepared/*/plan.json',
      's3:GetObject runs/*/training-outcome.json',
    ]);
  });

  it('the function of sweeps', () => {
    expect(rightsOf('Sweepssweep')).toEqual([...logs('Sweepssweep'), ...rightsInTable('sweep')].sort());
  });

  it('the state machine of sweeps, which starts, follows and stops trainings only', () => {
    const rights = rightsOf('SweepsStateMachine').filter((right) => !/^(logs|xray):/.test(right));
    const own = rights.filter((right) => right.includes('SweepsStateMachine'));
    expect(own.map((right) => right.split(' ')[0])).toEqual([
      'states:DescribeExecution',
      'states:RedriveExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    expect(rights.filter((right) => !own.includes(right))).toEqual([
      'events:DescribeRule arn::events:::rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'events:PutRule arn::events:::rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'events:PutTargets arn::events:::rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'lambda:InvokeFunction <SweepssweepFunction.Arn>',
      'lambda:InvokeFunction <SweepssweepFunction.Arn>:*',
      's3:GetObject sweeps/*/rounds/*.json',
      'states:DescribeExecution arn::states:::execution:<WorkflowStateMachine.Name>:*',
      'states:StartExecution <WorkflowStateMachine>',
      'states:StopExecution arn::states:::execution:<WorkflowStateMachine.Name>:*',
    ]);
  });

  it('the workflow’s maps, which start executions of this state machine only', () => {
    const rights = rightsOf('WorkflowStateMachine').filter((right) => right.startsWith('states:'));
    expect(rights).toHaveLength(4);
    for (const right of rights) expect(right).toContain('WorkflowStateMachine');
  });

  it('the right to terminate jobs is limited to jobs of this stack', () => {
    const statements = resourcesOf(synthesized, 'AWS::IAM::Policy').flatMap(
      ([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement,
    );
    const terminate = statements.filter(({ Action }) => list(Action).includes('batch:TerminateJob'));
    const ofThisStack = { StringEquals: { 'aws:ResourceTag/mnist-pipeline-stack': 'MnistPipeline' } };
    // Of the workflow and of the queue watch.
    expect(terminate.map(({ Condition }) => Condition)).toEqual([ofThisStack, ofThisStack]);
  });

  it('only the steps that read a source may decrypt it with the keys of its bucket, and only through S3', () => {
    const datasetKeys = ['arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'];
    const withKeys = synthesize({ datasetBuckets: ['their-digits'], datasetKeys });
    const decryptRights = resourcesOf(withKeys, 'AWS::IAM::Policy').flatMap(([id, { Properties }]) =>
      (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement.filter(({ Action }) =>
        list(Action).some((action) => action.startsWith('kms:')),
      ).map((statement) => ({ of: id.slice(0, 'Functionsplan'.length), ...statement })),
    );
    const right = {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: datasetKeys[0],
      Condition: {
        StringEquals: {
          'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com.cn'],
        },
      },
    };
    expect(decryptRights).toEqual(
      expect.arrayContaining([
        { of: 'Functionsplan', ...right },
        { of: 'Functionsshar', ...right },
      ]),
    );
    expect(decryptRights).toHaveLength(2);
    expect(rightsOf('Functionsplan')).not.toContainEqual(expect.stringContaining('kms:'));
  });
});

import { lambdaStepNames } from '../../lib/contracts/steps';
import { resourcesOf, synthesize } from './synthesize';
import { type AslState, allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize();
const tasks = allStates(definitionOf(synthesized)).filter(([, { Type }]) => Type === 'Task');
const functionTimeouts = new Map(
  resourcesOf(synthesized, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
    `<${id}.Arn>`,
    Properties['Timeout'] as number,
  ]),
);
const workflowActions = resourcesOf(synthesized, 'AWS::IAM::Policy')
  .filter(([id]) => id.startsWith('WorkflowStateMachineRole'))
  .flatMap(
    ([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: { Action: unknown }[] }).Statement,
  )
  .flatMap(({ Action }) => Action);

/** What may continue after an abort, a timeout or a failure of the state, with a check of its maximum duration. */
const endings: Readonly<Record<string, (state: AslState) => void>> = {
  // The invocation continues until the timeout of the function.
  'arn:aws:states:::lambda:invoke': ({ Arguments, TimeoutSeconds }) => {
    const timeoutSeconds = functionTimeouts.get(String(Arguments!['FunctionName']));
    expect(timeoutSeconds).toBeLessThanOrEqual(900);
    expect(TimeoutSeconds).toBeGreaterThan(timeoutSeconds!);
  },
  // `.sync` terminates its job, if the role has the right; and each attempt has its own timeout.
  'arn:aws:states:::batch:submitJob.sync': ({ Arguments, TimeoutSeconds }) => {
    expect(workflowActions).toContain('batch:TerminateJob');
    expect(Arguments!['Timeout']).toEqual({ AttemptDurationSeconds: expect.stringContaining('7200') });
    const { Attempts } = Arguments!['RetryStrategy'] as { Attempts: number };
    expect(TimeoutSeconds).toBeGreaterThan(Attempts * 7200);
  },
  // One response of S3.
  'arn:aws:states:::aws-sdk:s3:getObject': ({ TimeoutSeconds }) => expect(TimeoutSeconds).toBe(60),
};

test.each(tasks)('%s leaves nothing running for long', (_name, state) => {
  const expectEnding = endings[state.Resource!];
  expect(expectEnding).toBeDefined();
  expectEnding!(state);
});

test('there is a task for each step, three for the training, and one that reads the outcome', () => {
  const perService = tasks.map(([, { Resource }]) => Resource!.replace(/^.*states:::/, '')).sort();
  expect(perService).toEqual(
    [
      ...lambdaStepNames.map(() => 'lambda:invoke'),
      ...['spot', 'on demand', 'Fargate'].map(() => 'batch:submitJob.sync'),
      'aws-sdk:s3:getObject',
    ].sort(),
  );
});

test.each([
  ['retain', ['AWS::S3::Bucket']],
  ['destroy', []],
])('with removalPolicy %s, `destroy` keeps %j', (removalPolicy, kept) => {
  const resources = Object.values(synthesize({ removalPolicy }).template.toJSON()['Resources'] as object) as {
    Type: string;
    DeletionPolicy?: string;
  }[];
  expect(
    resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain').map(({ Type }) => Type),
  ).toEqual(kept);
});

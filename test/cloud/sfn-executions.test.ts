import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { SfnExecutions } from '../../lib/cloud/sfn-executions';
import { sfnError } from './mocked-cloud';

const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Workflow';
const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:Workflow:friday';
const stack = {
  name: 'MnistPipeline',
  stateMachineArn,
  bucketName: 'artifact-bucket',
  region: 'eu-central-1',
  account: '123456789012',
};
const client = new SFNClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
});
const mock = mockClient(client);
const executions = new SfnExecutions(client, stack, { arn: stateMachineArn, kind: 'run' });
beforeEach(() => mock.reset());

const named = (name: string) => Object.assign(new Error(`it was ${name}`), { name });
const coded = (code: string) => Object.assign(new Error(`it was ${code}`), { code });

test("the execution has the run's name and the given input", async () => {
  mock.on(StartExecutionCommand).resolves({ executionArn });
  expect(await executions.start('friday', { epochs: 3 })).toBe(executionArn);
  expect(mock.commandCalls(StartExecutionCommand)[0]!.args[0].input).toEqual({
    stateMachineArn,
    name: 'friday',
    input: '{"epochs":3}',
  });
});

test.each([
  ['RUNNING', 'RUNNING'],
  ['PENDING_REDRIVE', 'RUNNING'],
  ['SUCCEEDED', 'SUCCEEDED'],
  ['FAILED', 'FAILED'],
  ['TIMED_OUT', 'TIMED_OUT'],
  ['ABORTED', 'ABORTED'],
] as const)('the status %s is %s', async (status, expected) => {
  mock
    .on(DescribeExecutionCommand, { executionArn })
    .resolves({ executionArn, status, error: 'E', cause: 'C', redriveStatus: 'REDRIVABLE', redriveCount: 2 });
  expect(await executions.describe('friday')).toMatchObject({
    name: 'friday',
    id: 'friday',
    status: expected,
    error: 'E',
    cause: 'C',
    isRedrivable: true,
    redriveCount: 2,
  });
});

test.each([
  ['{"runId":"friday-1","epochs":3}', 'friday-1'],
  ['{"sweepId":"monday"}', 'monday'],
  ['{"epochs":3}', 'friday'],
  ['not JSON', 'friday'],
  [undefined, 'friday'],
])('the input %s is of the id %s', async (input, id) => {
  mock.on(DescribeExecutionCommand).resolves({ executionArn, status: 'RUNNING', input });
  expect(await executions.describe('friday')).toMatchObject({ name: 'friday', id });
});

describe('the list', () => {
  const startDate = new Date('2026-11-26T12:00:00Z');
  const listed = (name: string) => ({
    name,
    startDate,
    executionArn,
    stateMachineArn,
    status: 'RUNNING' as const,
  });

  test('goes on over all pages, as far as it is read', async () => {
    mock
      .on(ListExecutionsCommand)
      .resolvesOnce({ executions: [listed('c'), listed('b')], nextToken: 'more' })
      .resolvesOnce({ executions: [listed('a')] });
    const names: string[] = [];
    for await (const { name, startedAt } of executions.list()) {
      expect(startedAt).toEqual(startDate);
      names.push(name);
      if (name === 'c') expect(mock.commandCalls(ListExecutionsCommand)).toHaveLength(1);
    }
    expect(names).toEqual(['c', 'b', 'a']);
    expect(mock.commandCalls(ListExecutionsCommand)[0]!.args[0].input).toMatchObject({ stateMachineArn });
  });

  test('of one status asks for it on every page', async () => {
    mock
      .on(ListExecutionsCommand, { stateMachineArn, statusFilter: 'RUNNING' })
      .resolvesOnce({ executions: [listed('b')], nextToken: 'more' })
      .resolvesOnce({ executions: [listed('a')] });
    const names: string[] = [];
    for await (const { name } of executions.list('RUNNING')) names.push(name);
    expect(names).toEqual(['b', 'a']);
  });

  test('without the right to it names the right', async () => {
    mock.on(ListExecutionsCommand).rejects(sfnError('AccessDeniedException', 400));
    const read = async () => {
      for await (const _ of executions.list()) throw new Error('nothing is listed');
    };
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('states:ListExecutions') });
  });
});

test.each([
  ['ExecutionAlreadyExists', /Cannot start the sweep "friday": .*--sweep-id/],
  ['ExecutionDoesNotExist', /sweep show --cloud/],
  ['ExecutionNotRedrivable', /14 days.*sweep --cloud/],
])('%s of a sweep has a remedy for sweeps', async (name, message) => {
  const arn = stateMachineArn.replace('Workflow', 'Sweeps');
  const sweeps = new SfnExecutions(client, stack, { arn, kind: 'sweep' });
  mock.on(StartExecutionCommand).rejects(sfnError(name, 400));
  await expect(sweeps.start('friday', {})).rejects.toMatchObject({ message: expect.stringMatching(message) });
  expect(mock.commandCalls(StartExecutionCommand)[0]!.args[0].input.stateMachineArn).toBe(arn);
});

test.each([
  ['REDRIVABLE', true],
  [undefined, true],
  ['NOT_REDRIVABLE', false],
  ['REDRIVABLE_BY_MAP_RUN', false],
] as const)('the redrive status %s', async (redriveStatus, isRedrivable) => {
  mock.on(DescribeExecutionCommand).resolves({ executionArn, status: 'FAILED', redriveStatus });
  expect(await executions.describe('friday')).toMatchObject({ isRedrivable });
});

test('stop and redrive act on the execution of that name', async () => {
  mock.on(StopExecutionCommand).resolves({});
  mock.on(RedriveExecutionCommand).resolves({});
  await executions.stop('friday');
  await executions.redrive('friday');
  expect(mock.commandCalls(StopExecutionCommand)[0]!.args[0].input).toMatchObject({ executionArn });
  expect(mock.commandCalls(RedriveExecutionCommand)[0]!.args[0].input).toMatchObject({ executionArn });
});

describe('the history', () => {
  const entered = (id: number) => ({
    id,
    type: 'TaskStateEntered' as const,
    timestamp: new Date(0),
    stateEnteredEventDetails: { name: `state ${id}` },
  });

  test('comes in order over all pages', async () => {
    mock
      .on(GetExecutionHistoryCommand)
      .resolvesOnce({ events: [entered(4), entered(3)], nextToken: 'more' })
      .resolvesOnce({ events: [entered(2), entered(1)] });
    const events = await executions.eventsAfter('friday', 0);
    expect(events.map(({ id, state }) => [id, state])).toEqual([
      [1, 'state 1'],
      [2, 'state 2'],
      [3, 'state 3'],
      [4, 'state 4'],
    ]);
  });

  test('is read only down to the last known event', async () => {
    mock
      .on(GetExecutionHistoryCommand)
      .resolvesOnce({ events: [entered(4), entered(3)], nextToken: 'more' })
      .rejects(named('OneRequestTooMany'));
    expect(await executions.eventsAfter('friday', 3)).toMatchObject([{ id: 4 }]);
    expect(mock.commandCalls(GetExecutionHistoryCommand)).toHaveLength(1);
  });

  test.each([
    [{ type: 'ExecutionStarted' as const, executionStartedEventDetails: { input: '{}', roleArn: 'r' } }, {}],
    [
      {
        type: 'TaskScheduled' as const,
        taskScheduledEventDetails: {
          resourceType: 'batch',
          resource: 'submitJob.sync',
          region: 'r',
          parameters: '{}',
        },
      },
      { resource: 'submitJob.sync' },
    ],
    [
      {
        type: 'TaskFailed' as const,
        taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error: 'E', cause: 'C' },
      },
      { resource: 'invoke', error: 'E', cause: 'C' },
    ],
    [
      { type: 'TaskStateExited' as const, stateExitedEventDetails: { name: 'S', output: '1' } },
      { state: 'S', output: '1' },
    ],
    [{ type: 'MapRunSucceeded' as const }, {}],
  ])('%j', async (event, expected) => {
    mock.on(GetExecutionHistoryCommand).resolves({ events: [{ id: 1, timestamp: new Date(0), ...event }] });
    expect(await executions.eventsAfter('friday', 0)).toEqual([{ id: 1, type: event.type, ...expected }]);
  });
});

describe('failures', () => {
  test.each([
    [sfnError('ExecutionAlreadyExists', 400), 'RunExists', /has this name.*--run-id/],
    [sfnError('ExecutionDoesNotExist', 400), 'ArtifactNotFound', /no such execution.*runs --cloud/],
    [sfnError('ExecutionNotRedrivable', 400), 'InvalidInput', /14 days.*train --cloud/],
    [sfnError('StateMachineDoesNotExist', 400), 'InvalidInput', /does not exist any more.*npm run deploy/],
    [sfnError('StateMachineDeleting', 400), 'InvalidInput', /does not exist any more/],
    [sfnError('ExecutionLimitExceeded', 400), 'WorkflowUnavailable', /limit of running executions/],
    [sfnError('ThrottlingException', 400), 'WorkflowUnavailable', /for now.*ThrottlingException.*Try again/],
    [sfnError('InternalServerError', 500), 'WorkflowUnavailable', /for now/],
    [coded('ECONNREFUSED'), 'WorkflowUnavailable', /for now.*ECONNREFUSED/],
    [named('CredentialsProviderError'), 'InvalidInput', /missing, expired or wrong. Sign in again/],
    [sfnError('ExpiredTokenException', 400), 'InvalidInput', /Sign in again/],
    [sfnError('UnrecognizedClientException', 400), 'InvalidInput', /Sign in again/],
    [sfnError('InvalidSignatureException', 400), 'InvalidInput', /Sign in again/],
    [
      sfnError('AccessDeniedException', 400),
      'InvalidInput',
      /lacks the permission states:StartExecution on the stack/,
    ],
    [sfnError('InvalidName', 400), 'InvalidInput', /refused the request/],
  ])('%s', async (error, name, message) => {
    mock.on(StartExecutionCommand).rejects(error);
    const failure = await executions.start('friday', {}).catch((caught: unknown) => caught);
    expect(failure).toMatchObject({ name, message: expect.stringMatching(message), cause: error });
    expect((failure as Error).message).toMatch(/^Cannot start the run "friday"/);
  });

  test('a bug stays a bug', async () => {
    const bug = new TypeError('undefined is not a function');
    mock.on(DescribeStateMachineCommand).rejects(bug);
    await expect(executions.check()).rejects.toBe(bug);
  });
});

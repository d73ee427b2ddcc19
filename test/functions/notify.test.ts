import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../functions/notify/handler';
import { objectKeys } from '../../lib/contracts/object-keys';
import { encodeJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { createS3Store } from '../../lib/store/s3-store';
import { putFinishedRun } from '../cloud/finished-run';

jest.mock('../../lib/store/s3-store', () => ({ createS3Store: jest.fn() }));

const sns = mockClient(SNSClient);
const environment = {
  ARTIFACT_BUCKET: 'artifacts',
  STACK_NAME: 'MnistPipeline',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:Topic',
  SWEEP_STATE_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Sweeps',
};
const ended = (detail: object) => ({
  version: '0',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: 'arn:execution',
    stateMachineArn: 'arn:machine',
    name: 'friday',
    input: '{}',
    ...{ error: null, cause: null },
    ...detail,
  },
});
const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);

beforeEach(() => {
  Object.assign(process.env, environment);
  sns.reset();
  sns.on(PublishCommand).resolves({});
});
afterEach(() => {
  for (const name of Object.keys(environment)) delete process.env[name];
});

it('reads the record of a successful run, and sends a message about it', async () => {
  const store = new MemoryStore();
  await putFinishedRun(store, 'friday');
  jest.mocked(createS3Store).mockReturnValue(store as never);
  await handler(ended({ status: 'SUCCEEDED', output: '{}' }));
  expect(createS3Store).toHaveBeenCalledWith('artifacts');
  expect(published()).toEqual([
    {
      TopicArn: environment.TOPIC_ARN,
      Subject: 'MnistPipeline: run friday accepted, accuracy 0.9835',
      Message: expect.stringContaining('Report: s3://artifacts/runs/friday/report.html'),
    },
  ]);
});

it.each(['FAILED', 'TIMED_OUT', 'ABORTED'])(
  'sends a message about a run that ended as %s, without reading from S3',
  async (status) => {
    jest.mocked(createS3Store).mockReset();
    await handler(ended({ status, error: 'QualityGateFailed' }));
    expect(createS3Store).not.toHaveBeenCalled();
    expect(published()).toHaveLength(1);
  },
);

it('sends a message about a run that paused', async () => {
  jest.mocked(createS3Store).mockReturnValue(new MemoryStore() as never);
  await handler(ended({ status: 'SUCCEEDED', input: '{"pauseAfterEpoch":1}' }));
  expect(published()).toMatchObject([{ Subject: 'MnistPipeline: run friday paused' }]);
});

it.each(['SUCCEEDED', 'FAILED', 'ABORTED'])(
  'sends no message about a trial that ended as %s',
  async (status) => {
    await handler(ended({ status, input: '{"runId":"digits-3","epochs":2}' }));
    expect(published()).toEqual([]);
  },
);

describe('a sweep', () => {
  const stateMachineArn = environment.SWEEP_STATE_MACHINE_ARN;
  const trial = { runId: 'digits-1', drawn: { dropout: 0.2 }, epochs: 2, seconds: 9, costUsd: 0.01 };
  const results = {
    schemaVersion: 1,
    sweepId: 'digits',
    createdAt: '2026-11-26T00:00:00.000Z',
    finishedAt: '2026-11-26T01:00:00.000Z',
    metric: 'validation-loss',
    stop: 'none',
    rungs: [2],
    trialCount: 2,
    trials: [
      { ...trial, trial: 1, status: 'finished', value: 0.25 },
      { ...trial, trial: 2, status: 'failed', value: null },
    ],
    winner: {
      ...{ trial: 1, runId: 'digits-1', winnerRunId: 'digits-winner', testAccuracy: 0.98, testLoss: 0.1 },
      costUsd: 0.005,
    },
    summary: null,
  };

  it('that is finished has one message, with its winner, its cost and the address of its page', async () => {
    const store = new MemoryStore();
    await store.put(objectKeys.sweepResults('digits'), encodeJson(results));
    jest.mocked(createS3Store).mockReturnValue(store as never);
    // A continued sweep has another name than its execution.
    await handler(
      ended({ status: 'SUCCEEDED', stateMachineArn, name: 'digits-2', input: '{"sweepId":"digits"}' }),
    );
    const [{ Subject, Message } = {}] = published();
    expect(Subject).toBe('MnistPipeline: sweep digits finished: trial 1, accuracy 0.9800');
    expect(Message).toContain('2 trials, 1 of them trained to the end, 0 stopped early, 1 failed');
    expect(Message).toContain('validation-loss 0.2500, with {"dropout":0.2}');
    expect(Message).toContain('Cost of the trials and the winner, by list prices: about 0.0250 US dollars');
    expect(Message).toContain('s3://artifacts/sweeps/digits/sweep.html');
  });

  it.each([
    ['FAILED', 'States.ExceedToleratedFailureThreshold', /failed with States.*runbook\.md#the-sweep-failed/s],
    ['ABORTED', undefined, /Its trainings are stopped too.*mnist-pipeline redrive friday/s],
    ['TIMED_OUT', undefined, /failed with TIMED_OUT/],
  ])('that ended as %s has a message with what to do', async (status, error, message) => {
    await handler(ended({ status, error, stateMachineArn }));
    expect(published()).toMatchObject([{ Message: expect.stringMatching(message) }]);
  });
});

it('sends a message about a blocked queue', async () => {
  const detail = {
    jobName: 'friday',
    jobQueue: 'arn:queue',
    statusReason: 'MISCONFIGURATION:x',
    attempts: [],
  };
  await handler({ 'detail-type': 'Batch Job Queue Blocked', detail });
  expect(published()).toMatchObject([{ Message: expect.stringContaining('MISCONFIGURATION:x') }]);
});

it('throws if SNS does not accept the message, so that it is called again', async () => {
  sns.on(PublishCommand).rejects(new Error('AuthorizationError'));
  await expect(handler(ended({ status: 'FAILED' }))).rejects.toThrow('AuthorizationError');
});

it.each([
  [{}, /The event of notify/],
  [ended({ status: 'RUNNING' }), /"detail.status".*RUNNING/],
])('refuses the event %j', async (event, message) => {
  await expect(handler(event)).rejects.toThrow(message);
  expect(published()).toEqual([]);
});

it('names a variable that is missing from its environment', async () => {
  delete process.env['TOPIC_ARN'];
  await expect(handler(ended({ status: 'FAILED' }))).rejects.toThrow('"TOPIC_ARN"');
});

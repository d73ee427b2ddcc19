import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../functions/notify/handler';
import { MemoryStore } from '../../lib/store/memory-store';
import { createS3Store } from '../../lib/store/s3-store';
import { putFinishedRun } from '../cloud/finished-run';

jest.mock('../../lib/store/s3-store', () => ({ createS3Store: jest.fn() }));

const sns = mockClient(SNSClient);
const environment = {
  ARTIFACT_BUCKET: 'artifacts',
  STACK_NAME: 'MnistPipeline',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:Topic',
};
const ended = (detail: object) => ({
  version: '0',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: { executionArn: 'arn:execution', name: 'friday', input: '{}', error: null, cause: null, ...detail },
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

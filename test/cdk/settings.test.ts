import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeploymentFile, readSettings, type Settings } from '../../cdk/settings';
import { useScratchFolder } from '../support/scratch-folder';
import { newApp } from './new-app';

const read = (context: Record<string, unknown>): Settings => readSettings(newApp({ context }).node);

describe('the deployment settings', () => {
  it('have a default for everything', () => {
    expect(read({})).toEqual({
      checkpointRetentionDays: 14,
      computes: ['cpu'],
      gpuInstanceTypes: ['g4dn.xlarge', 'g5.xlarge', 'g6.xlarge'],
      gpuHourUsd: 1.006,
      gpuMaxVcpus: 8,
      cpuMaxVcpus: 8,
      spot: true,
      dashboard: false,
      trainingTimeoutMinutes: 120,
      logRetentionDays: 30,
      planMemoryMib: 1769,
      removalPolicy: 'retain',
      subnets: 'public',
      datasetBuckets: [],
      datasetKeys: [],
    });
  });

  it.each([
    [{ computes: 'cpu' }, { computes: ['cpu'] }],
    [{ computes: 'both' }, { computes: ['gpu', 'cpu'] }],
    [{ computes: ['cpu', 'gpu'] }, { computes: ['cpu', 'gpu'] }],
    [{ gpuMaxVcpus: '4' }, { gpuMaxVcpus: 4 }],
    [{ gpuHourUsd: '1.861' }, { gpuHourUsd: 1.861 }],
    [{ spot: 'false' }, { spot: false }],
    [{ dashboard: 'true' }, { dashboard: true }],
    [{ datasetBuckets: 'one-bucket,two-bucket' }, { datasetBuckets: ['one-bucket', 'two-bucket'] }],
    [{ logRetentionDays: '7' }, { logRetentionDays: 7 }],
    [{ gpuInstanceTypes: 'g5.2xlarge' }, { gpuInstanceTypes: ['g5.2xlarge'] }],
    [
      { alarmEmail: 'a@example.org', monthlyBudgetUsd: '20' },
      { alarmEmail: 'a@example.org', monthlyBudgetUsd: 20 },
    ],
  ])('accept %j from the command line or cdk.json', (context, expected) => {
    expect(read(context)).toMatchObject(expected);
  });

  it.each([
    [{ computes: 'tpu' }, /"computes.0".*"gpu"\|"cpu".*tpu/],
    [{ computes: '' }, /at least one of gpu and cpu/],
    [{ gpuMaxVcpus: 3 }, /"gpuMaxVcpus": the smallest GPU type has 4 vCPUs \(received 3\)/],
    [{ gpuMaxVcpus: 257 }, /"gpuMaxVcpus".*256/],
    [{ planMemoryMib: 1768 }, /"planMemoryMib".*1768/],
    [{ planMemoryMib: 10_241 }, /"planMemoryMib".*10241/],
    [{ gpuHourUsd: 0 }, /"gpuHourUsd".*0/],
    [{ gpuInstanceTypes: 'm5.large' }, /family g4dn.*m5\.large/],
    [{ spot: 'maybe' }, /"spot".*maybe/],
    [{ dashboard: 'maybe' }, /"dashboard".*maybe/],
    [{ logRetentionDays: 8 }, /"logRetentionDays": one of 1, 3, 5, 7/],
    [{ removalPolicy: 'snapshot' }, /"removalPolicy".*snapshot/],
    [{ alarmEmail: 'nobody' }, /an e-mail address is expected.*nobody/],
    [{ monthlyBudgetUsd: 10 }, /set alarmEmail as well/],
    [{ trainingTimeoutMinutes: 4 }, /"trainingTimeoutMinutes"/],
    [{ datasetKeys: 'alias/digits' }, /"datasetKeys.0": the ARN of a KMS key is expected.*alias\/digits/],
    [
      { datasetKeys: 'arn:aws:kms:eu-central-1:123456789012:alias/digits' },
      /"datasetKeys.0": the ARN of a KMS key is expected/,
    ],
    [{ datasetBuckets: 'Upper' }, /"datasetBuckets.0": a bucket name.*Upper/],
    [{ trainingImage: 'train' }, /"trainingImage": an image is registry\/repository:tag.*train/],
    [{ gpuTrainingImage: 'ghcr.io/a/b' }, /"gpuTrainingImage": an image is/],
  ])('refuse %j with a message', (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});

describe('a budget', () => {
  const context = { alarmEmail: 'a@example.org', monthlyBudgetUsd: 20 };
  const readIn = (region: string | undefined) => readSettings(newApp({ context }).node, {}, region);

  it.each(['us-east-1', 'eu-west-1', undefined])('is created in %s', (region) => {
    expect(readIn(region).monthlyBudgetUsd).toBe(20);
  });

  it.each(['eu-north-1', 'us-gov-west-1'])('is refused in %s, where CloudFormation has none', (region) => {
    expect(() => readIn(region)).toThrow(
      new RegExp(`"monthlyBudgetUsd" cannot be used in ${region}.*console of AWS Budgets`),
    );
    expect(() => readSettings(newApp().node, {}, region)).not.toThrow();
  });
});

describe('deployment.json', () => {
  const folder = useScratchFolder();
  const write = (text: string) => writeFileSync(join(folder, 'deployment.json'), text);
  const readBoth = (context: Record<string, unknown> = {}) =>
    readSettings(newApp({ context }).node, readDeploymentFile(folder));

  it('has the settings of a deployment without options, and may be absent', () => {
    expect(readDeploymentFile(join(folder, 'elsewhere'))).toEqual({});
    write('\uFEFF{"alarmEmail": "ops@example.org", "computes": ["cpu", "gpu"]}');
    expect(readBoth()).toMatchObject({ alarmEmail: 'ops@example.org', computes: ['cpu', 'gpu'] });
  });

  it('is overridden by -c', () => {
    write('{"cpuMaxVcpus": 16, "logRetentionDays": 7}');
    expect(readBoth({ cpuMaxVcpus: '32' })).toMatchObject({ cpuMaxVcpus: 32, logRetentionDays: 7 });
  });

  it.each([
    ['{"alarmEmial": "ops@example.org"}', /deployment\.json cannot be used.*alarmEmial/],
    ['{"cpuMaxVcpus": 3}', /deployment\.json, -c key=value.*"cpuMaxVcpus".*3/],
    ['["cpu"]', /deployment\.json cannot be used/],
    ['alarmEmail=ops@example.org', /deployment\.json is not JSON\. It must be an object/],
  ])('%s is refused with a message', (text, message) => {
    write(text);
    expect(() => readBoth()).toThrow(message);
  });
});

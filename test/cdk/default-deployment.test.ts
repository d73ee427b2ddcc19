import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../cdk/settings';
import { TrainingPipelineStack } from '../../cdk/training-pipeline-stack';
import { newApp } from './new-app';
import { synthesize } from './synthesize';

/** With the default settings. */
function synthesizeDefault(context: Record<string, unknown> = {}, env: Environment = {}) {
  const app = newApp({ context: { 'aws:cdk:bundling-stacks': [], ...context } });
  return new TrainingPipelineStack(app, 'MnistPipeline', readSettings(app.node), { env });
}

const infosOf = (stack: TrainingPipelineStack) =>
  stack.node.metadata.filter(({ type }) => type === 'aws:cdk:info').map(({ data }) => String(data));

test('the default deployment has no GPU, so that it works in any region and account', () => {
  const stack = synthesizeDefault();
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::LaunchTemplate', 0);
  template.resourceCountIs('AWS::Batch::ComputeEnvironment', 1);
  template.hasResourceProperties('AWS::Batch::ComputeEnvironment', { ComputeResources: { Type: 'FARGATE' } });
  expect(infosOf(stack)).toEqual([]);
});

test('with GPUs, the synth says what to check in the region and in the account', () => {
  const [info] = infosOf(synthesizeDefault({ computes: 'cpu,gpu' }));
  expect(info).toContain('aws ec2 describe-instance-type-offerings');
  expect(info).toContain('Values=g4dn.xlarge,g5.xlarge,g6.xlarge');
  expect(info).toContain('L-DB2E81BA');
  expect(info).toContain('L-3819A6DF');
  expect(infosOf(synthesizeDefault({ computes: 'gpu', spot: false }))[0]).not.toContain('L-3819A6DF');
});

test.each([2, 3, 6])('the network uses all %d zones of the account', (count) => {
  const zones = [...'abcdef'].slice(0, count).map((letter) => `eu-west-1${letter}`);
  const env = { account: '111122223333', region: 'eu-west-1' };
  const context = {
    subnets: 'private',
    [`availability-zones:account=${env.account}:region=${env.region}`]: zones,
  };
  const template = Template.fromStack(synthesizeDefault(context, env));
  const subnets = Object.values(template.findResources('AWS::EC2::Subnet')) as {
    Properties: { AvailabilityZone: string; CidrBlock: string };
  }[];
  expect([...new Set(subnets.map(({ Properties }) => Properties.AvailabilityZone))].sort()).toEqual(zones);
  expect(new Set(subnets.map(({ Properties }) => Properties.CidrBlock)).size).toBe(2 * count);
  for (const { Properties } of subnets) expect(Properties.CidrBlock).toMatch(/\/20$/);
});

describe('an existing training image', () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  it.each([
    ['train:v1', ':v1'],
    [`train@${digest}`, `@${digest}`],
  ])('%s in a private repository may be pulled by the agent that starts the job', (name, suffix) => {
    const { template } = synthesize({
      computes: 'cpu',
      trainingImage: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/${name}`,
    });
    const text = JSON.stringify(template.findResources('AWS::Batch::JobDefinition'));
    expect(text).toContain(`/team/train${suffix}`);
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':ecr:eu-west-1:111122223333:repository/team/train');
    expect(policies).toContain('ecr:BatchGetImage');
  });

  it('that is public is used without rights, and no image is built', () => {
    const image = `public.ecr.aws/somebody/train@${digest}`;
    const { app, template } = synthesize({ computes: 'gpu', gpuTrainingImage: image });
    template.hasResourceProperties('AWS::Batch::JobDefinition', { ContainerProperties: { Image: image } });
    const assets = app.synth().getStackByName('MnistPipeline').assets;
    expect(assets.filter(({ packaging }) => packaging === 'container-image')).toEqual([]);
  });
});

test('the base image is pinned by its digest', () => {
  const dockerfile = readFileSync(join(__dirname, '..', '..', 'functions', 'train', 'Dockerfile'), 'utf8');
  const [, base] = /^ARG BASE_IMAGE=(.+)$/m.exec(dockerfile)!;
  expect(base).toMatch(/^public\.ecr\.aws\/docker\/library\/debian:bookworm-slim@sha256:[0-9a-f]{64}$/);
});

import { type App, Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { lambdaStepNames } from '../../lib/contracts/steps';
import { resourcesOf, synthesize } from './synthesize';

const synthesized = synthesize();
const { template } = synthesized;

/** The functions of the steps, and the functions `sweep` and `notify`. */
const functionCount = lambdaStepNames.length + 2;

describe('idle, the stack', () => {
  it('has no NAT gateway, no interface endpoint and no elastic IP address', () => {
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::EIP']) template.resourceCountIs(type, 0);
    template.allResourcesProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
  });

  it('keeps no vCPU, and has a maximum', () => {
    const environments = resourcesOf(synthesized, 'AWS::Batch::ComputeEnvironment').map(
      ([, { Properties }]) => Properties['ComputeResources'] as Record<string, unknown>,
    );
    const kinds = environments.map((each) => [each['Type'], each['MinvCpus'] ?? 0, each['MaxvCpus']]);
    expect(kinds.sort()).toEqual([
      ['EC2', 0, 8],
      ['FARGATE', 0, 8],
      ['SPOT', 0, 8],
    ]);
  });

  it('has a NAT gateway only with private subnets', () => {
    const isPrivate = synthesize({ subnets: 'private' });
    isPrivate.template.resourceCountIs('AWS::EC2::NatGateway', 1);
    isPrivate.template.hasResourceProperties('AWS::Batch::JobDefinition', {
      ContainerProperties: { NetworkConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
  });
});

describe('the bucket', () => {
  it('expires checkpoints, and runs if that is set', () => {
    const rule = (Id: string, Prefix: string, ExpirationInDays: number) =>
      Match.objectLike({ Id, Prefix, ExpirationInDays, Status: 'Enabled' });
    const withRules = (...rules: unknown[]) => ({
      LifecycleConfiguration: { Rules: [Match.objectLike({ Id: 'expire-replaced-versions' }), ...rules] },
    });
    template.hasResourceProperties(
      'AWS::S3::Bucket',
      withRules(rule('expire-checkpoints', 'checkpoints/', 14)),
    );
    synthesize({ checkpointRetentionDays: 3, runRetentionDays: 90 }).template.hasResourceProperties(
      'AWS::S3::Bucket',
      withRules(rule('expire-checkpoints', 'checkpoints/', 3), rule('expire-old-runs', 'runs/', 90)),
    );
  });

  it('keeps a replaced checkpoint for a day, because a training replaces one in each epoch', () => {
    const rule = { Id: 'expire-checkpoints', NoncurrentVersionExpiration: { NoncurrentDays: 1 } };
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike(rule)]) },
    });
  });

  it('is private, encrypted and versioned', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it('refuses requests without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it.each([
    [{}, 'Retain'],
    [{ removalPolicy: 'destroy' }, 'Delete'],
  ])('with %j is kept or deleted with the stack', (context, policy) => {
    synthesize(context).template.hasResource('AWS::S3::Bucket', { DeletionPolicy: policy });
  });
});

describe('the GPU job', () => {
  it('requests one GPU', () => {
    template.hasResourceProperties('AWS::Batch::JobDefinition', {
      ContainerProperties: {
        ResourceRequirements: Match.arrayWith([{ Type: 'GPU', Value: '1' }]),
        User: 'node',
      },
      Timeout: { AttemptDurationSeconds: 7200 },
    });
  });

  it('runs on Amazon Linux 2023 with NVIDIA’s driver', () => {
    const gpu = resourcesOf(synthesized, 'AWS::Batch::ComputeEnvironment').filter(
      ([, { Properties }]) =>
        (Properties['ComputeResources'] as Record<string, unknown>)['Type'] !== 'FARGATE',
    );
    expect(gpu).toHaveLength(2);
    for (const [, { Properties }] of gpu) {
      expect(Properties['ComputeResources']).toMatchObject({
        Ec2Configuration: [{ ImageType: 'ECS_AL2023_NVIDIA' }],
        InstanceTypes: ['g4dn.xlarge', 'g5.xlarge', 'g6.xlarge'],
      });
    }
  });

  it('has an encrypted gp3 disk that is large enough for the image, and only IMDSv2', () => {
    template.resourceCountIs('AWS::EC2::LaunchTemplate', 1);
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeType: 'gp3', VolumeSize: 60 } },
        ],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    });
  });

  it('cannot read the instance metadata, although it is in the host’s network: only root can', () => {
    const [[, template] = []] = resourcesOf(synthesized, 'AWS::EC2::LaunchTemplate');
    const { UserData } = template!.Properties['LaunchTemplateData'] as {
      UserData: { 'Fn::Base64': string };
    };
    const userData = UserData['Fn::Base64'];
    expect(userData).toMatch(/^Content-Type: multipart\/mixed/);
    expect(userData).toContain(
      '#!/bin/bash\niptables --insert OUTPUT --destination 169.254.169.254 --match owner ! --uid-owner root --jump REJECT || poweroff\n',
    );
    for (const [, job] of resourcesOf(synthesized, 'AWS::Batch::JobDefinition'))
      expect(job.Properties['ContainerProperties']).toMatchObject({ User: 'node' });
  });

  it('gets the newest launch template and system image, after running trainings have ended', () => {
    for (const [, { Properties }] of resourcesOf(
      synthesize({ trainingTimeoutMinutes: 1440 }),
      'AWS::Batch::ComputeEnvironment',
    )) {
      const resources = Properties['ComputeResources'] as Record<string, unknown>;
      if (resources['Type'] === 'FARGATE') {
        // Batch refuses every change of a Fargate environment that has a policy.
        expect(Properties).not.toHaveProperty('UpdatePolicy');
        continue;
      }
      expect(resources).toMatchObject({
        LaunchTemplate: { Version: { 'Fn::GetAtt': [expect.any(String), 'LatestVersionNumber'] } },
        UpdateToLatestImageVersion: true,
      });
      expect(Properties).toMatchObject({
        ReplaceComputeEnvironment: false,
        UpdatePolicy: { JobExecutionTimeoutMinutes: 360 },
      });
    }
  });

  it('accepts no connections', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    for (const [, { Properties }] of resourcesOf(synthesized, 'AWS::EC2::SecurityGroup')) {
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
    }
  });
});

describe('logs', () => {
  it('have a group with retention for every function, the jobs and both workflows', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', functionCount + 3);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    for (const [, { Properties }] of resourcesOf(synthesized, 'AWS::Lambda::Function')) {
      expect(Properties).toHaveProperty('LoggingConfig.LogGroup');
    }
  });
});

describe('the functions', () => {
  it('are one for each step, one for sweeps and one for messages, with Node.js 24, arm64 and a timeout', () => {
    template.resourceCountIs('AWS::Lambda::Function', functionCount);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: Match.anyValue(),
    });
  });
});

describe('cost monitoring', () => {
  const withBudget = synthesize({ alarmEmail: 'ops@example.org', monthlyBudgetUsd: 25 }).template;

  it('has a budget for the stack’s tag, with a forecast, for the e-mail address', () => {
    withBudget.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.org',
    });
    withBudget.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({
        BudgetLimit: { Amount: 25, Unit: 'USD' },
        TimeUnit: 'MONTHLY',
        CostFilters: { TagKeyValue: ['user:mnist-pipeline$MnistPipeline'] },
      }),
      NotificationsWithSubscribers: [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ].map(([NotificationType, Threshold]) =>
        Match.objectLike({ Notification: Match.objectLike({ NotificationType, Threshold }) }),
      ),
    });
  });

  it('includes the trainings: their tasks have the tag of their job definition', () => {
    template.allResourcesProperties('AWS::Batch::JobDefinition', {
      PropagateTags: true,
      Tags: { 'mnist-pipeline': 'MnistPipeline' },
    });
    for (const [, { Properties }] of resourcesOf(synthesized, 'AWS::Batch::ComputeEnvironment')) {
      const { Type, Tags } = Properties['ComputeResources'] as Record<string, unknown>;
      // Fargate allows no tags here; an instance can only get them here.
      if (Type !== 'FARGATE') expect(Tags).toEqual({ 'mnist-pipeline': 'MnistPipeline' });
    }
  });

  it('has a dashboard only if it is enabled', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    synthesize({ dashboard: 'true' }).template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });
});

describe('cdk-nag', () => {
  it.each([
    {},
    { computes: 'cpu' },
    { computes: 'gpu', gpuTrainingImage: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/train:1' },
    { subnets: 'private', datasetBuckets: 'my-digits', removalPolicy: 'destroy' },
  ])('finds nothing that is not acknowledged with %j', (context) => {
    expectNoFindings(synthesize(context));
  });

  it('finds nothing with a known account and region, as in a deployment', () => {
    const env = { account: '111122223333', region: 'eu-west-1' };
    const zones = {
      'availability-zones:account=111122223333:region=eu-west-1': ['eu-west-1a', 'eu-west-1b'],
    };
    expectNoFindings(synthesize({ datasetBuckets: 'my-digits', ...zones }, env));
  });

  function expectNoFindings({ app }: { readonly app: App }): void {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth({ force: true })).not.toThrow();
    expect(process.exitCode ?? 0).toBe(0);
  }
});

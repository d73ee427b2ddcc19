import { Duration, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  EcsEc2ContainerDefinition,
  EcsFargateContainerDefinition,
  type EcsFargateContainerDefinitionProps,
  EcsJobDefinition,
  EcsMachineImageType,
  FargateComputeEnvironment,
  type IManagedComputeEnvironment,
  JobQueue,
  JobStateTimeLimitActionsAction,
  JobStateTimeLimitActionsReason,
  JobStateTimeLimitActionsState,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
} from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Compute, fargateJobSize, gpuJobSize } from '../../lib/contracts/compute';
import type { TrainJobEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { acknowledgeWildcard } from './acknowledge-findings';
import type { ArtifactStore } from './artifact-store';
import { projectFolder } from './bundling';
import { serviceOfThisAccount } from './service-trust';
import { TrainingNetwork } from './training-network';

export interface TrainingComputeProps {
  readonly store: ArtifactStore;
  readonly settings: Settings;
}

/** A queue, and what is run in it. */
export interface TrainingTarget {
  readonly queue: JobQueue;
  readonly jobDefinition: EcsJobDefinition;
  /**
   * What jobs are submitted by. Each deployment registers a revision and deregisters the one before, so an execution
   * that has kept a revision could no longer submit it; by its name it gets the newest.
   */
  readonly jobDefinitionName: string;
}

type DefinedJob = Pick<TrainingTarget, 'jobDefinition' | 'jobDefinitionName'>;

/** How long a job may wait for an instance before it is given up, and what comes next gets its turn. */
export const spotPatience = Duration.minutes(10);
export const onDemandPatience = Duration.minutes(30);
/** For a place under the fleet's own cap: other trainings end sooner or later. */
const capPatience = Duration.hours(6);

/** The GPU image unpacks to 4.5 GB, beside the layers it is unpacked from. */
const rootVolumeGib = 60;

/** The container task: Batch on EC2 with a GPU, spot and on demand, and on Fargate. Nothing is kept running. */
export class TrainingCompute extends Construct {
  readonly gpuSpot?: TrainingTarget;
  readonly gpuOnDemand?: TrainingTarget;
  readonly cpu?: TrainingTarget;
  readonly jobRole: Role;
  private readonly network: TrainingNetwork;
  private readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TrainingComputeProps,
  ) {
    super(scope, id);
    const { settings, store } = props;
    this.network = new TrainingNetwork(this, 'Network', settings);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.jobRole = new Role(this, 'JobRole', {
      assumedBy: serviceOfThisAccount('ecs-tasks.amazonaws.com'),
      description: 'What the training container may do',
    });
    store.grantStep('train', this.jobRole);
    if (settings.computes.includes('gpu')) {
      const job = this.defineGpuJob();
      this.gpuOnDemand = { queue: this.addGpuQueue('GpuOnDemand', { spot: false }), ...job };
      if (settings.spot) this.gpuSpot = { queue: this.addGpuQueue('GpuSpot', { spot: true }), ...job };
    }
    if (settings.computes.includes('cpu')) {
      this.cpu = { queue: this.addFargateQueue(), ...this.defineFargateJob() };
    }
  }

  get targets(): TrainingTarget[] {
    return [this.gpuSpot, this.gpuOnDemand, this.cpu].filter((target) => target !== undefined);
  }

  private addGpuQueue(id: string, { spot }: { readonly spot: boolean }): JobQueue {
    const { settings } = this.props;
    const { vpc, subnets, securityGroup } = this.network;
    const computeEnvironment = new ManagedEc2EcsComputeEnvironment(this, `${id}Fleet`, {
      vpc,
      vpcSubnets: subnets,
      securityGroups: [securityGroup],
      spot,
      allocationStrategy: spot
        ? AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
        : AllocationStrategy.BEST_FIT_PROGRESSIVE,
      instanceTypes: settings.gpuInstanceTypes.map((type) => new InstanceType(type)),
      useOptimalInstanceClasses: false,
      images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
      launchTemplate: this.launchTemplate(),
      minvCpus: 0,
      maxvCpus: settings.gpuMaxVcpus,
    });
    acknowledgeInstanceRole(computeEnvironment);
    return this.addQueue(
      id,
      computeEnvironment as IManagedComputeEnvironment,
      spot ? spotPatience : onDemandPatience,
    );
  }

  /** Shared by both GPU fleets: encrypted disk with room for the image, and no metadata for containers (IMDSv2, one hop). */
  private launchTemplate(): LaunchTemplate {
    const existing = this.node.tryFindChild('GpuInstance');
    if (existing instanceof LaunchTemplate) return existing;
    return new LaunchTemplate(this, 'GpuInstance', {
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(rootVolumeGib, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            deleteOnTermination: true,
          }),
        },
      ],
    });
  }

  private addFargateQueue(): JobQueue {
    const { vpc, subnets, securityGroup } = this.network;
    const computeEnvironment = new FargateComputeEnvironment(this, 'CpuFleet', {
      vpc,
      vpcSubnets: subnets,
      securityGroups: [securityGroup],
      maxvCpus: this.props.settings.cpuMaxVcpus,
    });
    return this.addQueue('Cpu', computeEnvironment as IManagedComputeEnvironment, onDemandPatience);
  }

  private addQueue(id: string, computeEnvironment: IManagedComputeEnvironment, patience: Duration): JobQueue {
    const giveUp = (reason: JobStateTimeLimitActionsReason, maxTime: Duration) => ({
      reason,
      maxTime,
      state: JobStateTimeLimitActionsState.RUNNABLE,
      action: JobStateTimeLimitActionsAction.CANCEL,
    });
    return new JobQueue(this, `${id}Queue`, {
      computeEnvironments: [{ computeEnvironment, order: 1 }],
      jobStateTimeLimitActions: [
        giveUp(JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY, patience),
        giveUp(JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT, patience),
        giveUp(JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE, capPatience),
      ],
    });
  }

  private defineGpuJob(): DefinedJob {
    const { gpuCount, vcpus, memoryGib } = gpuJobSize;
    const container = new EcsEc2ContainerDefinition(this, 'GpuContainer', {
      ...this.containerProps('gpu'),
      gpu: gpuCount,
      cpu: vcpus,
      memory: Size.gibibytes(memoryGib),
    });
    return this.defineJob('GpuJob', 'gpu', container);
  }

  private defineFargateJob(): DefinedJob {
    const { vcpus, memoryGib } = fargateJobSize;
    const container = new EcsFargateContainerDefinition(this, 'CpuContainer', {
      ...this.containerProps('cpu'),
      cpu: vcpus,
      memory: Size.gibibytes(memoryGib),
      assignPublicIp: this.network.isPublic,
      fargateCpuArchitecture: CpuArchitecture.X86_64,
    });
    return this.defineJob('CpuJob', 'cpu', container);
  }

  private defineJob(
    id: string,
    compute: Compute,
    container: EcsEc2ContainerDefinition | EcsFargateContainerDefinition,
  ): DefinedJob {
    acknowledgeWildcard(
      container.executionRole,
      '*',
      'ecr:GetAuthorizationToken has no resource to name: it is asked of the registry as a whole.',
    );
    const jobDefinitionName = `${Stack.of(this).stackName}-${compute}`;
    const jobDefinition = new EcsJobDefinition(this, id, {
      jobDefinitionName,
      container,
      timeout: Duration.minutes(this.props.settings.trainingTimeoutMinutes),
      // A task carries its job's tags only then: by them the budget counts it.
      propagateTags: true,
      // Each queue's retries come with its jobs: see trainingRetryStrategies.
      retryAttempts: 1,
    });
    return { jobDefinition, jobDefinitionName };
  }

  private containerProps(compute: Compute) {
    const environment: TrainJobEnv = {
      ARTIFACT_BUCKET: this.props.store.bucket.bucketName,
      COMPUTE: compute,
    };
    return {
      image: ContainerImage.fromAsset(projectFolder, {
        file: 'functions/train/Dockerfile',
        target: compute,
        platform: Platform.LINUX_AMD64,
        // All but what the Dockerfile copies.
        exclude: ['**', ...imageSources.map((path) => `!${path}`)],
      }),
      command: ['node', 'dist/train.mjs'],
      environment,
      executionRole: new Role(this, compute === 'gpu' ? 'GpuExecutionRole' : 'CpuExecutionRole', {
        assumedBy: serviceOfThisAccount('ecs-tasks.amazonaws.com'),
        description: 'What the agent that starts the training container may do',
      }),
      jobRole: this.jobRole,
      logging: LogDriver.awsLogs({ logGroup: this.logGroup, streamPrefix: Stack.of(this).stackName }),
      user: 'node',
    } satisfies Partial<EcsFargateContainerDefinitionProps>;
  }
}

const imageSources = ['functions/train/Dockerfile', 'dist/**', 'package.json', 'package-lock.json', '.npmrc'];

function acknowledgeInstanceRole(computeEnvironment: ManagedEc2EcsComputeEnvironment): void {
  Validations.of(computeEnvironment).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
    reason:
      'AmazonEC2ContainerServiceforEC2Role is what the ECS agent on the instance needs; AWS keeps it up to date with the agent.',
  });
}

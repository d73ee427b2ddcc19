import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import {
  EcsEc2ContainerDefinition,
  EcsFargateContainerDefinition,
  type EcsFargateContainerDefinitionProps,
  EcsJobDefinition,
} from 'aws-cdk-lib/aws-batch';
import { CpuArchitecture, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Compute, fargateJobSize, gpuJobSize } from '../../lib/contracts/compute';
import type { TrainJobEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { acknowledgeWildcard } from './acknowledge-findings';
import type { ArtifactStore } from './artifact-store';
import { type ComputeTarget, fargateTarget, gpuTarget } from './compute-targets';
import { serviceOfThisAccount } from './service-trust';
import { trainingImage } from './training-image';
import { TrainingNetwork } from './training-network';
import { addFargateQueue, addGpuQueue, type QueuedJob } from './training-queues';

export interface TrainingComputeProps {
  readonly store: ArtifactStore;
  readonly settings: Settings;
}

type DefinedJob = Pick<QueuedJob, 'jobDefinition' | 'jobDefinitionName'>;

interface AddedTarget {
  readonly target: ComputeTarget;
  readonly jobs: readonly QueuedJob[];
}

/** The container task: Batch on EC2 with a GPU, spot and on demand, and on Fargate. Nothing runs while idle. */
export class TrainingCompute extends Construct {
  /** In the order of the setting `computes`. */
  readonly targets: readonly ComputeTarget[];
  /** Of all targets. */
  readonly jobs: readonly QueuedJob[];
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
      description: 'The rights of the training container',
    });
    store.grantStep('train', this.jobRole);
    const added = settings.computes.map((compute) => (compute === 'gpu' ? this.addGpu() : this.addFargate()));
    this.targets = added.map(({ target }) => target);
    this.jobs = added.flatMap(({ jobs }) => jobs);
  }

  private addGpu(): AddedTarget {
    const { settings } = this.props;
    const job = this.defineGpuJob();
    const addQueue = (spot: boolean) => ({
      ...addGpuQueue(this, { network: this.network, settings, spot }),
      ...job,
    });
    const onDemand = addQueue(false);
    const spot = settings.spot ? addQueue(true) : undefined;
    return {
      target: gpuTarget({ spot, onDemand }, settings),
      jobs: [spot, onDemand].filter((each) => each !== undefined),
    };
  }

  private addFargate(): AddedTarget {
    const { settings } = this.props;
    const job = {
      ...addFargateQueue(this, { network: this.network, settings }),
      ...this.defineFargateJob(),
    };
    return { target: fargateTarget(job, settings), jobs: [job] };
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
      'ecr:GetAuthorizationToken cannot be limited to a resource: it applies to the whole registry.',
    );
    const jobDefinitionName = `${Stack.of(this).stackName}-${compute}`;
    const jobDefinition = new EcsJobDefinition(this, id, {
      jobDefinitionName,
      container,
      timeout: Duration.minutes(this.props.settings.trainingTimeoutMinutes),
      // So that the task has the tags of its job, which the budget uses.
      propagateTags: true,
      // Each submitted job sets its own retries: see trainingRetryStrategies.
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
      image: trainingImage(this, compute, this.props.settings),
      command: ['node', 'dist/train.mjs'],
      environment,
      executionRole: new Role(this, compute === 'gpu' ? 'GpuExecutionRole' : 'CpuExecutionRole', {
        assumedBy: serviceOfThisAccount('ecs-tasks.amazonaws.com'),
        description: 'The rights of the agent that starts the training container',
      }),
      jobRole: this.jobRole,
      logging: LogDriver.awsLogs({ logGroup: this.logGroup, streamPrefix: Stack.of(this).stackName }),
      user: 'node',
    } satisfies Partial<EcsFargateContainerDefinitionProps>;
  }
}

import { Duration, Validations } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  type CfnComputeEnvironment,
  type EcsJobDefinition,
  EcsMachineImageType,
  FargateComputeEnvironment,
  type IManagedComputeEnvironment,
  JobQueue,
  JobStateTimeLimitActionsAction,
  JobStateTimeLimitActionsReason,
  JobStateTimeLimitActionsState,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import { InstanceType, type LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Settings } from '../settings';
import { gpuInstanceTemplate } from './gpu-instance';
import type { TrainingNetwork } from './training-network';

/**
 * How long a job may wait while no machine comes for any job of its queue. Then it is given up, and what comes next gets
 * its turn: by Batch, where it knows why none comes, and by the queue watch, where it does not.
 */
export const spotCapacityTimeout = Duration.minutes(10);
export const onDemandCapacityTimeout = Duration.minutes(30);
/** For a job that can never fit its fleet: ten minutes are the least that Batch takes. */
const misfitTimeout = Duration.minutes(10);

/** An update of the fleet lets a running training end: as long as an attempt may take, up to what Batch takes. */
const longestUpdate = Duration.hours(6);

export interface TrainingQueue {
  readonly queue: JobQueue;
  /** How long its jobs wait for a machine. */
  readonly capacityTimeout: Duration;
  /** Of the account: what its machines count against. */
  readonly quota: Quota;
}

/** A queue, and what is run in it. */
export interface QueuedJob extends TrainingQueue {
  readonly jobDefinition: EcsJobDefinition;
  /**
   * What jobs are submitted by. Each deployment registers a revision and deregisters the one before, so an execution
   * that has kept a revision could no longer submit it; by its name it gets the newest.
   */
  readonly jobDefinitionName: string;
}

interface Quota {
  readonly name: string;
  readonly code: string;
}
/** https://docs.aws.amazon.com/general/latest/gr/ec2-service.html and ecs-service.html */
export const quotas = {
  gpuSpot: { name: 'All G and VT Spot Instance Requests', code: 'L-3819A6DF' },
  gpuOnDemand: { name: 'Running On-Demand G and VT instances', code: 'L-DB2E81BA' },
  fargate: { name: 'Fargate On-Demand vCPU resource count', code: 'L-3032A538' },
} as const satisfies Record<string, Quota>;

interface QueueProps {
  readonly network: TrainingNetwork;
  readonly settings: Settings;
}

export function addGpuQueue(
  scope: Construct,
  { network, settings, spot }: QueueProps & { readonly spot: boolean },
): TrainingQueue {
  const id = spot ? 'GpuSpot' : 'GpuOnDemand';
  const launchTemplate = gpuInstanceTemplate(scope);
  const computeEnvironment = new ManagedEc2EcsComputeEnvironment(scope, `${id}Fleet`, {
    vpc: network.vpc,
    vpcSubnets: network.subnets,
    securityGroups: [network.securityGroup],
    spot,
    allocationStrategy: spot
      ? AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
      : AllocationStrategy.BEST_FIT_PROGRESSIVE,
    instanceTypes: settings.gpuInstanceTypes.map((type) => new InstanceType(type)),
    useOptimalInstanceClasses: false,
    images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
    launchTemplate,
    updateToLatestImageVersion: true,
    updateTimeout: Duration.minutes(Math.min(settings.trainingTimeoutMinutes, longestUpdate.toMinutes())),
    minvCpus: 0,
    maxvCpus: settings.gpuMaxVcpus,
  });
  useLatestVersion(computeEnvironment, launchTemplate);
  acknowledgeInstanceRole(computeEnvironment);
  const capacityTimeout = spot ? spotCapacityTimeout : onDemandCapacityTimeout;
  const queue = addQueue(scope, id, computeEnvironment as IManagedComputeEnvironment, capacityTimeout);
  return { queue, capacityTimeout, quota: spot ? quotas.gpuSpot : quotas.gpuOnDemand };
}

export function addFargateQueue(scope: Construct, { network, settings }: QueueProps): TrainingQueue {
  const computeEnvironment = new FargateComputeEnvironment(scope, 'CpuFleet', {
    vpc: network.vpc,
    vpcSubnets: network.subnets,
    securityGroups: [network.securityGroup],
    maxvCpus: settings.cpuMaxVcpus,
  });
  // The CDK leaves it empty, and Batch refuses every later change of a Fargate environment that has one (aws/aws-cdk#27054).
  (computeEnvironment.node.defaultChild as CfnComputeEnvironment).addPropertyDeletionOverride('UpdatePolicy');
  const capacityTimeout = onDemandCapacityTimeout;
  const queue = addQueue(scope, 'Cpu', computeEnvironment as IManagedComputeEnvironment, capacityTimeout);
  return { queue, capacityTimeout, quota: quotas.fargate };
}

function addQueue(
  scope: Construct,
  id: string,
  computeEnvironment: IManagedComputeEnvironment,
  capacityTimeout: Duration,
): JobQueue {
  const giveUp = (reason: JobStateTimeLimitActionsReason, maxTime: Duration) => ({
    reason,
    maxTime,
    state: JobStateTimeLimitActionsState.RUNNABLE,
    action: JobStateTimeLimitActionsAction.CANCEL,
  });
  return new JobQueue(scope, `${id}Queue`, {
    computeEnvironments: [{ computeEnvironment, order: 1 }],
    jobStateTimeLimitActions: [
      giveUp(JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY, capacityTimeout),
      giveUp(JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT, misfitTimeout),
      // A cap below what one job takes, and not a full fleet: behind other trainings a job may wait for long.
      giveUp(JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE, misfitTimeout),
    ],
  });
}

/** Otherwise Batch takes `$Default`, which stays the first version whatever a later deployment changes. */
function useLatestVersion(environment: ManagedEc2EcsComputeEnvironment, template: LaunchTemplate): void {
  const resource = environment.node.defaultChild as CfnComputeEnvironment;
  resource.addPropertyOverride('ComputeResources.LaunchTemplate.Version', template.latestVersionNumber);
}

function acknowledgeInstanceRole(computeEnvironment: ManagedEc2EcsComputeEnvironment): void {
  Validations.of(computeEnvironment).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
    reason:
      'AmazonEC2ContainerServiceforEC2Role is what the ECS agent on the instance needs; AWS keeps it up to date with the agent.',
  });
}

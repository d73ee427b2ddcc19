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
 * How long a job may wait while no job of its queue gets a machine. Then the job is terminated, so that the workflow can
 * continue: by Batch if it knows why there is no machine, or else by the queue watch.
 */
export const spotCapacityTimeout = Duration.minutes(10);
export const onDemandCapacityTimeout = Duration.minutes(30);
/** For a job that can never fit its fleet: ten minutes are the minimum of Batch. */
const misfitTimeout = Duration.minutes(10);

/** Batch's maximum for the time that a running training gets to end before an update of the fleet replaces its host. */
const longestUpdate = Duration.hours(6);

export interface TrainingQueue {
  readonly queue: JobQueue;
  /** How long its jobs wait for a machine. */
  readonly capacityTimeout: Duration;
  /** The quota of the account that its machines count against. */
  readonly quota: Quota;
}

/** A queue, and the job definition that runs in it. */
export interface QueuedJob extends TrainingQueue {
  readonly jobDefinition: EcsJobDefinition;
  /**
   * Jobs are submitted by this name. Each deployment registers a new revision and deregisters the previous one, so an
   * execution that started earlier could no longer submit its revision; the name refers to the newest.
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
  // CDK renders an empty policy, with which Batch refuses later changes of a Fargate environment (aws/aws-cdk#27054).
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
  const cancelAfter = (reason: JobStateTimeLimitActionsReason, maxTime: Duration) => ({
    reason,
    maxTime,
    state: JobStateTimeLimitActionsState.RUNNABLE,
    action: JobStateTimeLimitActionsAction.CANCEL,
  });
  return new JobQueue(scope, `${id}Queue`, {
    computeEnvironments: [{ computeEnvironment, order: 1 }],
    jobStateTimeLimitActions: [
      cancelAfter(JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY, capacityTimeout),
      cancelAfter(JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT, misfitTimeout),
      // The maximum is smaller than one job. This is not a full fleet: a job may wait long behind other trainings.
      cancelAfter(JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE, misfitTimeout),
    ],
  });
}

/** Otherwise Batch uses `$Default`, which remains the first version after later deployments. */
function useLatestVersion(environment: ManagedEc2EcsComputeEnvironment, template: LaunchTemplate): void {
  const resource = environment.node.defaultChild as CfnComputeEnvironment;
  resource.addPropertyOverride('ComputeResources.LaunchTemplate.Version', template.latestVersionNumber);
}

function acknowledgeInstanceRole(computeEnvironment: ManagedEc2EcsComputeEnvironment): void {
  Validations.of(computeEnvironment).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
    reason:
      'The ECS agent on the instance needs AmazonEC2ContainerServiceforEC2Role; AWS keeps it up to date with the agent.',
  });
}

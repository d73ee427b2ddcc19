import { Annotations, CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ArtifactStore } from './constructs/artifact-store';
import { Notifications } from './constructs/notifications';
import { Operations, stackTagKey } from './constructs/operations';
import { PipelineFunctions } from './constructs/pipeline-functions';
import { QueueWatch } from './constructs/queue-watch';
import { SweepWorkflow } from './constructs/sweep-workflow';
import { TrainingCompute } from './constructs/training-compute';
import { quotas } from './constructs/training-queues';
import { TrainingWorkflow } from './constructs/training-workflow';
import type { Settings } from './settings';

/** The architecture: one construct for each part. */
export class TrainingPipelineStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props?: StackProps) {
    super(scope, id, props);
    Tags.of(this).add(stackTagKey, this.stackName);

    const store = new ArtifactStore(this, 'Artifacts', settings);
    const functions = new PipelineFunctions(this, 'Functions', { store, settings });
    const compute = new TrainingCompute(this, 'Compute', { store, settings });
    const workflow = new TrainingWorkflow(this, 'Workflow', { store, functions, compute, settings });
    const sweeps = new SweepWorkflow(this, 'Sweeps', { store, training: workflow, settings });
    new QueueWatch(this, 'QueueWatch', compute);
    const notifications = new Notifications(this, 'Notifications', {
      store,
      workflow,
      sweeps,
      compute,
      settings,
    });
    new Operations(this, 'Operations', { settings, workflow, functions, sweeps });

    if (settings.computes.includes('gpu')) Annotations.of(this).addInfo(describeGpuRequirements(settings));
    new CfnOutput(this, 'StateMachineArn', { value: workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'SweepStateMachineArn', { value: sweeps.stateMachine.stateMachineArn });
    new CfnOutput(this, 'BucketName', { value: store.bucket.bucketName });
    new CfnOutput(this, 'TopicArn', { value: notifications.topic.topicArn });
  }
}

/** Shown at each synth, because neither CDK nor a template can check these in the account. */
function describeGpuRequirements({ gpuInstanceTypes, spot }: Settings): string {
  const quotaCodes = [quotas.gpuOnDemand, ...(spot ? [quotas.gpuSpot] : [])].map(({ code }) => code);
  return [
    'GPUs need a region that has every one of these types, and a quota of at least 4 vCPUs, which a new account does not have. Check both:',
    `aws ec2 describe-instance-type-offerings --filters Name=instance-type,Values=${gpuInstanceTypes.join(',')} --query "InstanceTypeOfferings[].InstanceType"`,
    ...quotaCodes.map(
      (code) =>
        `aws service-quotas get-service-quota --service-code ec2 --quota-code ${code} --query Quota.Value`,
    ),
  ].join('\n');
}

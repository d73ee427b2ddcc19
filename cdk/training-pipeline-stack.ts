import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ArtifactStore } from './constructs/artifact-store';
import { Notifications } from './constructs/notifications';
import { Operations, stackTagKey } from './constructs/operations';
import { PipelineFunctions } from './constructs/pipeline-functions';
import { TrainingCompute } from './constructs/training-compute';
import { TrainingWorkflow } from './constructs/training-workflow';
import type { Settings } from './settings';

/** The architecture: one construct a box. */
export class TrainingPipelineStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props?: StackProps) {
    super(scope, id, props);
    Tags.of(this).add(stackTagKey, this.stackName);

    const store = new ArtifactStore(this, 'Artifacts', settings);
    const functions = new PipelineFunctions(this, 'Functions', { store, settings });
    const compute = new TrainingCompute(this, 'Compute', { store, settings });
    const workflow = new TrainingWorkflow(this, 'Workflow', { store, functions, compute, settings });
    const notifications = new Notifications(this, 'Notifications', { store, workflow, compute, settings });
    new Operations(this, 'Operations', { settings, workflow, functions });

    new CfnOutput(this, 'StateMachineArn', { value: workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'BucketName', { value: store.bucket.bucketName });
    new CfnOutput(this, 'TopicArn', { value: notifications.topic.topicArn });
  }
}

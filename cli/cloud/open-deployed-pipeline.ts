import type { Executions } from '../../lib/cloud/executions';
import { defaultStackName, findStack, type StackLocation } from '../../lib/cloud/find-stack';
import { createExecutions } from '../../lib/cloud/sfn-executions';
import type { ObjectStore } from '../../lib/store/object-store';
import { createS3Store } from '../../lib/store/s3-store';

/** A deployed pipeline: its executions and their bucket. */
export interface DeployedPipeline {
  readonly stack: StackLocation;
  /** Of runs. */
  readonly executions: Executions;
  /** Of sweeps; `undefined` for a stack that was deployed before it had them. */
  readonly sweeps: Executions | undefined;
  readonly store: ObjectStore;
}

/** @param stackName - @default the environment's, or `MnistPipeline` */
export async function openDeployedPipeline(stackName: string | undefined): Promise<DeployedPipeline> {
  const stack = await findStack(stackName, process.env);
  const { sweepStateMachineArn } = stack;
  return {
    stack,
    executions: createExecutions(stack, { arn: stack.stateMachineArn, kind: 'run' }),
    sweeps:
      sweepStateMachineArn === undefined
        ? undefined
        : createExecutions(stack, { arn: sweepStateMachineArn, kind: 'sweep' }),
    store: createS3Store(stack.bucketName, '', stack.region),
  };
}

/** The command line for a run of this stack. */
export function commandFor(stack: StackLocation, command: string, runId: string): string {
  return `mnist-pipeline ${command} ${runId}${stackFlag(stack)}`;
}

/** With a space in front; empty for the default stack. */
export const stackFlag = ({ name }: StackLocation) => (name === defaultStackName ? '' : ` --stack ${name}`);

import type { Executions } from '../../lib/cloud/executions';
import { defaultStackName, findStack, type StackLocation } from '../../lib/cloud/find-stack';
import { createExecutions } from '../../lib/cloud/sfn-executions';
import { PermanentError } from '../../lib/contracts/errors';
import type { ObjectStore } from '../../lib/store/object-store';
import { openStore } from '../../lib/store/open-store';
import { createS3Store } from '../../lib/store/s3-store';

/** A deployed pipeline: its executions, and the bucket that they write to. */
export interface Cloud {
  readonly stack: StackLocation;
  readonly executions: Executions;
  readonly store: ObjectStore;
}

/** @param stackName - @default the environment's, or `MnistPipeline` */
export async function openCloud(stackName: string | undefined): Promise<Cloud> {
  const stack = await findStack(stackName, process.env);
  return {
    stack,
    executions: createExecutions(stack),
    store: createS3Store(stack.bucketName, '', stack.region),
  };
}

export interface SourceFlags {
  readonly store: string;
  readonly cloud: boolean;
  readonly stack?: string;
}

/** The store that the flags mean: the stack's bucket, or the one that `--store` names. */
export async function chooseStore({ store, cloud, stack }: SourceFlags): Promise<ObjectStore> {
  if (cloud) return (await openCloud(stack)).store;
  if (stack === undefined) return openStore(store);
  throw new PermanentError(
    'InvalidInput',
    `--stack ${stack} names a pipeline on AWS, and --store ${store} a store. Add --cloud, or leave --stack out.`,
  );
}

/** A command to type, for this stack. */
export function commandFor({ name }: StackLocation, command: string, runId: string): string {
  const flag = name === defaultStackName ? '' : ` --stack ${name}`;
  return `mnist-pipeline ${command} ${runId}${flag}`;
}

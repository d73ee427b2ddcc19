import { PermanentError } from '../lib/contracts/errors';
import type { ObjectStore } from '../lib/store/object-store';
import { openStore } from '../lib/store/open-store';

export interface SourceFlags {
  readonly store: string;
  readonly cloud: boolean;
  readonly stack?: string;
}

/** The store that the flags select: the stack's bucket with `--cloud`, otherwise the one that `--store` names. */
export async function chooseStore({ store, cloud, stack }: SourceFlags): Promise<ObjectStore> {
  if (cloud) {
    const { openDeployedPipeline } = await import('./cloud/open-deployed-pipeline');
    return (await openDeployedPipeline(stack)).store;
  }
  if (stack === undefined) return openStore(store);
  throw new PermanentError(
    'InvalidInput',
    `--stack ${stack} names a pipeline on AWS, and --store ${store} a store. Add --cloud, or leave --stack out.`,
  );
}

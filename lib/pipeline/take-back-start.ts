import { objectKeys } from '../contracts/object-keys';
import type { PlanOutput } from '../contracts/steps';
import type { ObjectStore, RemovingStore } from '../store/object-store';

export interface StartedRun extends Pick<PlanOutput, 'runId' | 'dataset' | 'contentKey'> {
  /** Whether this process wrote config.json; otherwise an earlier one did, whose run stays. */
  readonly isNew: boolean;
}

/**
 * Removes what a start wrote before its dataset was refused: the run, and the prepared files, unless another process has
 * finished them. The run goes first, so that its run id is free if this process is killed in between. The files that stay
 * then are replaced by the next start with the same dataset.
 */
export async function takeBackStart(
  { runId, dataset, contentKey, isNew }: StartedRun,
  store: RemovingStore,
): Promise<void> {
  const configKey = objectKeys.config(runId);
  const runKeys = await listKeys(objectKeys.run(runId), store);
  if (isNew && runKeys.every((key) => key === configKey)) await store.remove(configKey);

  const preparedKeys = await listKeys(objectKeys.preparedFolder(dataset, contentKey), store);
  if (preparedKeys.includes(objectKeys.manifest(dataset, contentKey))) return;
  // Without the plan, no other process begins to commit what is being removed.
  await store.remove(objectKeys.plan(dataset, contentKey));
  for (const key of preparedKeys) await store.remove(key);
}

async function listKeys(prefix: string, store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

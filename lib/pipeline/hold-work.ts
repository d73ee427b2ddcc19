import { setTimeout as pause } from 'node:timers/promises';
import { PermanentError, TransientError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { canHold, type Holder, type ObjectStore, type Release } from '../store/object-store';
import type { StepContext } from './step-context';

const nothingHeld: Release = async () => {};

/**
 * Makes this process the only one that trains a run. A dead process of this machine loses its place. A store that cannot
 * hold anything, such as a bucket, lets every process train.
 *
 * @throws PermanentError RunExists while another process trains the run.
 */
export async function holdRun(runId: string, { store }: StepContext): Promise<Release> {
  if (!canHold(store)) return nothingHeld;
  const hold = await store.hold(objectKeys.run(runId));
  if ('release' in hold) return hold.release;
  throw new PermanentError(
    'RunExists',
    `The run "${runId}" in ${store.location} is trained by ${describeHolder(hold.holder)}. Wait for it, or stop it and give the same command again to continue from its last checkpoint; ${ifGone(hold.holder)}.`,
    { evidence: { runId } },
  );
}

/** The same for a trial, whose last process may not have ended yet: waits for it. */
export function holdTrial(runId: string, context: StepContext): Promise<Release> {
  return holdWhenFree(objectKeys.run(runId), `trains ${runId}`, context);
}

/** Makes this process the only one that prepares a dataset; waits for another one that does. */
export function holdDataset(
  { dataset, contentKey }: { readonly dataset: string; readonly contentKey: string },
  context: StepContext,
): Promise<Release> {
  const folder = objectKeys.preparedFolder(dataset, contentKey);
  return holdWhenFree(folder, `makes the shards of the dataset "${dataset}"`, context);
}

const pollMilliseconds = 250;

/** @throws TransientError Interrupted. */
async function holdWhenFree(
  work: string,
  doing: string,
  { store, notify, signal }: StepContext,
): Promise<Release> {
  if (!canHold(store)) return nothingHeld;
  for (let isTold = false; ; isTold = true) {
    const hold = await store.hold(work);
    if ('release' in hold) return hold.release;
    if (!isTold) {
      const message = `Waiting for ${describeHolder(hold.holder)}, which ${doing}; ${ifGone(hold.holder)}`;
      notify({ type: 'note', message });
    }
    await pause(pollMilliseconds);
    if (signal.aborted) throw interrupted(doing, store);
  }
}

const describeHolder = ({ host, pid, since }: Holder) =>
  `process ${pid} on ${host} since ${since.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const ifGone = ({ path }: Holder) => `if that process no longer exists, delete ${path}`;

const interrupted = (doing: string, { location }: ObjectStore) =>
  new TransientError(
    'Interrupted',
    `The wait for another process, which ${doing} in ${location}, was interrupted. Start it again to continue.`,
  );

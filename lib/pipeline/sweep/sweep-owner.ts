import { absentAsUndefined, PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { sweepOwnerSchema } from '../../contracts/sweep';
import { isOwnerGone, newOwnedName } from '../../store/directory-owner';
import { encodeJson, parseJsonObject } from '../../store/json-objects';
import type { ObjectStore, Release } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';

/**
 * Makes this process the only one that runs a sweep. A dead process of this machine loses its place; of another machine
 * nobody knows whether it is dead.
 *
 * @throws PermanentError RunExists while another process runs the sweep.
 */
export async function ownSweep(store: ObjectStore, sweepId: string): Promise<Release> {
  const key = objectKeys.sweepOwner(sweepId);
  const encode = (owner: string | null) =>
    encodeJson(sweepOwnerSchema.parse({ schemaVersion: 1, sweepId, owner }));
  const own = encode(newOwnedName());
  const earlier = await absentAsUndefined(store.get(key));
  const owner = earlier && parseJsonObject(earlier, store, key, sweepOwnerSchema).owner;
  const isFree = owner === undefined || owner === null || isOwnerGone(owner);
  const isOwned = isFree && (await store.putIfUnchanged(key, own, earlier && sha256Hex(earlier)));
  if (!isOwned) throw runsElsewhere(store, sweepId, owner);
  return async () => {
    await store.putIfUnchanged(key, encode(null), sha256Hex(own));
  };
}

function runsElsewhere(
  store: ObjectStore,
  sweepId: string,
  owner: string | null | undefined,
): PermanentError {
  const [host, pid] = owner?.split('.') ?? [];
  const who = pid === undefined ? 'another process' : `process ${pid} on ${host}`;
  return new PermanentError(
    'RunExists',
    `The sweep "${sweepId}" in ${store.location} is run by ${who}. Wait for it or stop it; if that process no longer exists, delete ${objectKeys.sweepOwner(sweepId)}.`,
    { evidence: { sweepId } },
  );
}

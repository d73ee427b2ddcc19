import { absentAsUndefined, PermanentError, TransientError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { describeQualityGate } from '../../contracts/quality-gate';
import {
  type LatestModel,
  latestModelSchema,
  type RunRecord,
  runRecordSchema,
} from '../../contracts/results';
import type { RegisterInput, RegisterOutput } from '../../contracts/steps';
import { encodeJson, getJson, getJsonIfPresent } from '../../store/json-objects';
import { locate } from '../../store/locate';
import type { ObjectStore } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';
import type { StepContext } from '../step-context';

/** More than the runs that finish at the same time; each failed attempt means that another run moved the pointer. */
const maxAttempts = 20;

/**
 * Moves the model's pointer to the run, unless it points to a run that finished later. Registering twice changes nothing,
 * and the order in which several runs are registered does not matter. A run that was measured on its validation data is
 * not registered.
 *
 * @returns the pointer afterwards, or that there is none for this run.
 * @throws PermanentError QualityGateFailed for a rejected run; ArtifactNotFound for an unfinished one.
 */
export async function register({ runId }: RegisterInput, context: StepContext): Promise<RegisterOutput> {
  const { store, notify, now } = context;
  notify({ type: 'step-started', step: 'register', message: `Registering ${runId}` });
  const run = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  if (run.status === 'rejected') throw describeRejection(run, store);
  if (run.config.evaluateOn === 'validation') {
    notify({
      type: 'note',
      message: `The run ${runId} is not registered: it was measured on its validation images, and has not met the test images`,
    });
    return { runId, isRegistered: false };
  }

  const key = objectKeys.latestModel(run.config.modelName);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const current = await readPointer(store, key);
    if (current !== undefined && (await isPointerNewer(store, current.pointer, run))) return current.pointer;
    const pointer: LatestModel = {
      schemaVersion: 1,
      modelName: run.config.modelName,
      runId,
      accuracy: run.accuracy,
      promotedAt: now().toISOString(),
    };
    const body = encodeJson(latestModelSchema.parse(pointer));
    if (await store.putIfUnchanged(key, body, current?.sha256)) return pointer;
  }
  throw new TransientError(
    'StoreUnavailable',
    `The pointer ${key} in ${store.location} changed during each of ${maxAttempts} attempts to move it to "${runId}". Register the run again when fewer runs finish at the same time.`,
    { evidence: { key, runId, maxAttempts } },
  );
}

/** Whether registering a finished run would change nothing: it is rejected, not measured on the test images, or the pointer is at it or at a newer run. */
export async function isRegistrationOver(store: ObjectStore, runId: string): Promise<boolean> {
  const run = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  if (run.status === 'rejected' || run.config.evaluateOn === 'validation') return true;
  const current = await readPointer(store, objectKeys.latestModel(run.config.modelName));
  return current !== undefined && (await isPointerNewer(store, current.pointer, run));
}

/** Why a run is not registered that is below its `minAccuracy`. */
export function describeRejection(
  { runId, accuracy, config }: RunRecord,
  store: ObjectStore,
): PermanentError {
  return new PermanentError(
    'QualityGateFailed',
    `${describeQualityGate(String(accuracy), String(config.minAccuracy), config.evaluateOn)} Look at ${locate(store, objectKeys.report(runId))}; train longer, or lower minAccuracy (--min-accuracy) for a new run.`,
    { evidence: { runId, accuracy, minAccuracy: config.minAccuracy } },
  );
}

async function readPointer(store: ObjectStore, key: string) {
  const bytes = await absentAsUndefined(store.get(key));
  if (bytes === undefined) return undefined;
  // Read last: if the pointer moves in between, the checksum is older, the conditional write fails and is tried again.
  return { pointer: await getJson(store, key, latestModelSchema), sha256: sha256Hex(bytes) };
}

/** Whether the pointer's run is `candidate` or finished after it. The pointer to a deleted run may always be moved. */
async function isPointerNewer(
  store: ObjectStore,
  pointer: LatestModel,
  candidate: RunRecord,
): Promise<boolean> {
  if (pointer.runId === candidate.runId) return true;
  const registered = await getJsonIfPresent(store, objectKeys.runRecord(pointer.runId), runRecordSchema);
  if (registered === undefined) return false;
  const leadMilliseconds = Date.parse(registered.finishedAt) - Date.parse(candidate.finishedAt);
  // In the same millisecond the run id decides, so that the order of registration does not matter.
  return leadMilliseconds > 0 || (leadMilliseconds === 0 && registered.runId > candidate.runId);
}

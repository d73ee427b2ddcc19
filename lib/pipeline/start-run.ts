import { randomBytes } from 'node:crypto';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { storedRunConfigSchema } from '../contracts/run-config';
import type { PlanInput } from '../contracts/steps';
import { encodeJson, getJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { differingSettings } from './differing-settings';
import { assertResumable } from './resumed-run';
import type { StepContext } from './step-context';
import { isRegistrationOver } from './steps/register';

/** `20261125-121314-3fa9c04e`: sorts by start time, and is unique even for a thousand starts in one second. */
export function createRunId(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(4).toString('hex')}`;
}

/**
 * Checks whether the run may start or continue. Nothing is written, so another caller may still take the run id first:
 * `reserveRun` decides.
 *
 * @throws PermanentError InvalidInput for a run to resume that does not exist or has other settings; RunExists for a
 *   finished run, or for an unfinished one with another configuration.
 */
export async function assertStartable({ runId, config }: PlanInput, store: ObjectStore): Promise<void> {
  await assertResumable(store, config);
  if ((await store.head(objectKeys.config(runId))) !== undefined)
    await assertContinuable({ runId, config }, store);
}

/** Whether the run has its results, with the same settings. */
export async function isFinishedAlike({ runId, config }: PlanInput, store: ObjectStore): Promise<boolean> {
  if ((await store.head(objectKeys.runRecord(runId))) === undefined) return false;
  const earlier = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  return differingSettings(config, earlier.config).length === 0;
}

/**
 * Reserves the run id by writing config.json, which only one caller can do. An unfinished run with the same
 * configuration is continued: its finished parts are not done again.
 *
 * @throws PermanentError RunExists for a finished run, or for an unfinished one with another configuration.
 */
export async function reserveRun({ runId, config }: PlanInput, context: StepContext): Promise<void> {
  const { store, now, notify } = context;
  const stored = storedRunConfigSchema.parse({
    schemaVersion: 1,
    runId,
    createdAt: now().toISOString(),
    config,
  });
  if (await store.putIfAbsent(objectKeys.config(runId), encodeJson(stored))) return;
  await assertContinuable({ runId, config }, store);
  notify({ type: 'note', message: `Continuing the unfinished run ${runId}` });
}

async function assertContinuable({ runId, config }: PlanInput, store: ObjectStore): Promise<void> {
  const remedy = `Choose another run id, or delete ${objectKeys.run(runId)} in ${store.location} first.`;
  const isFinished = (await store.head(objectKeys.runRecord(runId))) !== undefined;
  // A run that was interrupted between its record and its registration still has to be registered.
  if (isFinished && (await isRegistrationOver(store, runId))) {
    throw new PermanentError(
      'RunExists',
      `The run "${runId}" is finished, and finished runs are never changed. ${remedy}`,
      { evidence: { runId } },
    );
  }
  const key = objectKeys.config(runId);
  const earlier = await getJson(store, key, storedRunConfigSchema);
  if (differingSettings(config, earlier.config).length === 0) return;
  throw new PermanentError(
    'RunExists',
    `The run "${runId}" was started with another configuration (see ${key}) and is not finished. ${remedy} To continue it, give the same settings.`,
    { evidence: { runId } },
  );
}

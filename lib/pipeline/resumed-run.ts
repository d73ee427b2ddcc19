import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type RunConfig, storedRunConfigSchema } from '../contracts/run-config';
import { getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { differingSettings } from './differing-settings';

/** Settings that do not affect a training step. The dataset is free because a checkpoint records the content key. */
const freeSettings = [
  'resumeFrom',
  'maxCostUsd',
  'minAccuracy',
  'modelName',
  'evaluateOn',
  'dataset',
  'engine',
  'device',
] as const satisfies (keyof RunConfig)[];

/**
 * @param config - with the number of classes, where the dataset was opened.
 * @throws PermanentError InvalidInput unless the run that `resumeFrom` names exists and has the same settings.
 */
export async function assertResumable(store: ObjectStore, config: RunConfig): Promise<void> {
  const { resumeFrom } = config;
  if (resumeFrom === undefined) return;
  const key = objectKeys.config(resumeFrom);
  const stored = await getJsonIfPresent(store, key, storedRunConfigSchema);
  if (stored === undefined) {
    throw new PermanentError(
      'InvalidInput',
      `resumeFrom names the run "${resumeFrom}", but ${store.location} has no ${key}. "mnist-pipeline runs" lists the existing runs.`,
      { evidence: { resumeFrom } },
    );
  }
  // Where it was left to the dataset, the content key decides.
  const earlier = { ...stored.config, classes: stored.config.classes ?? config.classes };
  const free = new Set<string>(freeSettings);
  const differing = differingSettings(config, earlier).filter((name) => !free.has(name));
  if (differing.length === 0) return;
  const differences = differing.map(
    (name) => `${name} is ${show(config[name])} and was ${show(earlier[name])}`,
  );
  throw new PermanentError(
    'InvalidInput',
    `A resumed training continues with the settings of its run, and the given settings differ from those of "${resumeFrom}": ${differences.join('; ')}. Only ${freeSettings.slice(1).join(', ')} may change.`,
    { evidence: { resumeFrom, differing: differing.join(', ') } },
  );
}

const show = (value: RunConfig[keyof RunConfig]) => JSON.stringify(value) ?? 'not given';

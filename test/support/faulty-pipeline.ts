import { datasetManifestSchema } from '../../lib/contracts/dataset';
import { TransientError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema, trainingRecordSchema } from '../../lib/contracts/results';
import type { StepContext } from '../../lib/pipeline/step-context';
import { encodeJson, getJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { sha256Hex } from '../../lib/store/sha256';
import { Killed } from './faulty-store';
import { runId, type WorkflowState, type WorkflowStep } from './workflow-steps';

/** As many as `retryTransientErrors` allows in the workflow, the first included. */
const maxAttempts = 4;

/** A store in which a process can have been killed. */
type RestartableStore = ObjectStore & { revive?(): void };

/**
 * One step under the workflow's policy: errors that may pass, and a lost process, are tried again; nothing else is.
 */
export async function runWithRetries(
  step: WorkflowStep,
  store: RestartableStore,
  state: WorkflowState,
  makeContext: (store: ObjectStore) => StepContext,
): Promise<WorkflowState> {
  for (let attempt = 1; ; attempt += 1) {
    store.revive?.();
    try {
      return await step.run(makeContext(store), state);
    } catch (error) {
      const isTriedAgain = error instanceof TransientError || error instanceof Killed;
      if (!isTriedAgain || attempt === maxAttempts) throw error;
    }
  }
}

/** Steps one after another, each under the workflow's policy. */
export async function runSteps(
  steps: readonly WorkflowStep[],
  store: RestartableStore,
  initial: WorkflowState,
  makeContext: (store: ObjectStore) => StepContext,
): Promise<WorkflowState> {
  let state = initial;
  for (const step of steps) state = await runWithRetries(step, store, state, makeContext);
  return state;
}

/** SHA-256 of every artifact by its key. Checkpoints expire and are none. */
export type Artifacts = ReadonlyMap<string, string>;

/** @returns a sentence when they differ, nothing when they are the same. */
export function compareArtifacts(actual: Artifacts, expected: Artifacts): string[] {
  const keys = new Set([...actual.keys(), ...expected.keys()]);
  const differing = [...keys].filter((key) => actual.get(key) !== expected.get(key));
  if (differing.length === 0) return [];
  return [`${differing.length} artifacts differ, among them ${differing.slice(0, 2).join(', ')}`];
}

/** What a training says of its own interruption is no part of the comparison. */
export async function readArtifacts(store: ObjectStore): Promise<Artifacts> {
  const artifacts = new Map<string, string>();
  for await (const { key } of store.list('')) {
    if (key.startsWith('checkpoints/')) continue;
    artifacts.set(key, sha256Hex(await readComparable(store, key)));
  }
  return artifacts;
}

async function readComparable(store: ObjectStore, key: string): Promise<Uint8Array> {
  if (key === objectKeys.training(runId)) {
    return encodeJson({ ...(await getJson(store, key, trainingRecordSchema)), resumedFromStep: 0 });
  }
  if (key !== objectKeys.runRecord(runId)) return store.get(key);
  const record = await getJson(store, key, runRecordSchema);
  const artifacts = record.artifacts.map((artifact) =>
    artifact.key === objectKeys.training(runId) ? artifact.key : artifact,
  );
  return encodeJson({ ...record, artifacts });
}

/** Whatever is marked as whole must be: of each marker that is there, what it vouches for is as it says. */
export async function findBrokenMarkers(
  store: ObjectStore,
  { dataset, contentKey }: Pick<WorkflowState, 'dataset' | 'contentKey'>,
): Promise<string[]> {
  const problems: string[] = [];
  const expectSha256 = async (marker: string, key: string, sha256: string) => {
    const actual = (await store.head(key))?.sha256;
    if (actual !== sha256) problems.push(`${marker} says ${sha256} of ${key}, which is ${actual}`);
  };
  const isThere = async (key: string) => (await store.head(key)) !== undefined;

  const manifestKey = objectKeys.manifest(dataset, contentKey);
  if (await isThere(manifestKey)) {
    const manifest = await getJson(store, manifestKey, datasetManifestSchema);
    for (const { key, sha256 } of [...manifest.train.shards, ...manifest.test.shards]) {
      await expectSha256(manifestKey, key, sha256);
    }
    for (const { key, sha256 } of Object.values(manifest.sourceFiles))
      await expectSha256(manifestKey, key, sha256);
  }
  const trainingKey = objectKeys.training(runId);
  if (await isThere(trainingKey)) {
    const { weightsSha256 } = await getJson(store, trainingKey, trainingRecordSchema);
    await expectSha256(trainingKey, objectKeys.modelWeights(runId), weightsSha256);
  }
  const recordKey = objectKeys.runRecord(runId);
  if (await isThere(recordKey)) {
    const { artifacts } = await getJson(store, recordKey, runRecordSchema);
    for (const { key, sha256 } of artifacts) await expectSha256(recordKey, key, sha256);
  }
  const latestKey = objectKeys.latestModel('mnist-mlp');
  if ((await isThere(latestKey)) && !(await isThere(recordKey)))
    problems.push(`${latestKey} without ${recordKey}`);
  return problems;
}

/** What a fault matrix says of itself at its end: how many of its cells came out how. */
export function printOutcomes(title: string, outcomes: Iterable<string>): void {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const lines = [...counts].sort().map(([outcome, cells]) => `${String(cells).padStart(6)}  ${outcome}`);
  process.stdout.write(`${title}\n${lines.join('\n')}\n`);
}

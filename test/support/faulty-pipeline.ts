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

/** The attempts that `retryTransientErrors` allows in the workflow, including the first. */
const maxAttempts = 4;

/** A store that can simulate a killed process. */
type RestartableStore = ObjectStore & { revive?(): void };

/** Runs a step with the retries of the workflow: only after transient errors and after a lost process. */
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

/** Runs steps one after another, each with the retries of the workflow. */
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

/** Fixes the peak memory, which training.json and the report contain and which differs between attempts. */
export function useFixedPeakMemory(): void {
  beforeAll(() => {
    jest.spyOn(process, 'resourceUsage').mockReturnValue({ maxRSS: 100_000 } as NodeJS.ResourceUsage);
  });
}

/** SHA-256 of every artifact by its key, without checkpoints, which expire. */
export type Artifacts = ReadonlyMap<string, string>;

/** @returns a sentence if they differ, or else an empty array. */
export function compareArtifacts(actual: Artifacts, expected: Artifacts): string[] {
  const keys = new Set([...actual.keys(), ...expected.keys()]);
  const differing = [...keys].filter((key) => actual.get(key) !== expected.get(key));
  if (differing.length === 0) return [];
  return [`${differing.length} artifacts differ, among them ${differing.slice(0, 2).join(', ')}`];
}

/** Reads all artifacts for a comparison, without the fields that depend on interruptions of the training. */
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

/** Checks each existing marker: all files that it lists must exist, with the recorded checksums. */
export async function findBrokenMarkers(
  store: ObjectStore,
  { dataset, contentKey }: Pick<WorkflowState, 'dataset' | 'contentKey'>,
): Promise<string[]> {
  const problems: string[] = [];
  const expectSha256 = async (marker: string, key: string, sha256: string) => {
    const actual = (await store.head(key))?.sha256;
    if (actual !== sha256) problems.push(`${marker} has ${sha256} for ${key}, but its checksum is ${actual}`);
  };
  const exists = async (key: string) => (await store.head(key)) !== undefined;

  const manifestKey = objectKeys.manifest(dataset, contentKey);
  if (await exists(manifestKey)) {
    const manifest = await getJson(store, manifestKey, datasetManifestSchema);
    for (const { key, sha256 } of [...manifest.train.shards, ...manifest.test.shards]) {
      await expectSha256(manifestKey, key, sha256);
    }
  }
  const trainingKey = objectKeys.training(runId);
  if (await exists(trainingKey)) {
    const { weightsSha256 } = await getJson(store, trainingKey, trainingRecordSchema);
    await expectSha256(trainingKey, objectKeys.modelWeights(runId), weightsSha256);
  }
  const recordKey = objectKeys.runRecord(runId);
  if (await exists(recordKey)) {
    const { artifacts } = await getJson(store, recordKey, runRecordSchema);
    for (const { key, sha256 } of artifacts) await expectSha256(recordKey, key, sha256);
  }
  const latestKey = objectKeys.latestModel('mnist-mlp');
  if ((await exists(latestKey)) && !(await exists(recordKey)))
    problems.push(`${latestKey} without ${recordKey}`);
  return problems;
}

/** Prints the number of cells of a fault matrix for each outcome. */
export function printOutcomes(title: string, outcomes: Iterable<string>): void {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const lines = [...counts].sort().map(([outcome, cells]) => `${String(cells).padStart(6)}  ${outcome}`);
  process.stdout.write(`${title}\n${lines.join('\n')}\n`);
}

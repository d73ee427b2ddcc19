import { join } from 'node:path';
import { type StoreUser, stepAccess } from '../../cdk/constructs/artifact-store';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { commitPreprocessing } from '../../lib/pipeline/steps/preprocess-commit';
import { planPreprocessing } from '../../lib/pipeline/steps/preprocess-plan';
import { preprocessShard } from '../../lib/pipeline/steps/preprocess-shard';
import { register } from '../../lib/pipeline/steps/register';
import { train } from '../../lib/pipeline/steps/train';
import { MemoryStore } from '../../lib/store/memory-store';
import type { ObjectStore } from '../../lib/store/object-store';
import { createStepContext, readPlan } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

/** The keys that a step asked for, as it asked. */
class RecordingStore extends MemoryStore {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  override get(key: string) {
    this.reads.add(key);
    return super.get(key);
  }
  override getRange(key: string, offset: number, length: number) {
    this.reads.add(key);
    return super.getRange(key, offset, length);
  }
  override head(key: string) {
    this.reads.add(key);
    return super.head(key);
  }
  override put(key: string, body: Uint8Array) {
    this.writes.add(key);
    return super.put(key, body);
  }
  override putIfAbsent(key: string, body: Uint8Array) {
    this.writes.add(key);
    return super.putIfAbsent(key, body);
  }
  override putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined) {
    this.writes.add(key);
    return super.putIfUnchanged(key, body, expectedSha256);
  }
}

const folder = useScratchFolder();
const store = new RecordingStore();
const context = createStepContext(store as ObjectStore);
const calls = {} as Record<StoreUser, { reads: string[]; writes: string[] }>;

async function record(step: StoreUser, work: () => Promise<unknown>): Promise<void> {
  store.reads.clear();
  store.writes.clear();
  await work();
  const { reads, writes } = calls[step] ?? { reads: [], writes: [] };
  calls[step] = { reads: [...reads, ...store.reads], writes: [...writes, ...store.writes] };
}

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset);
  const config = runConfigSchema.parse({ dataset, engine: 'wasm', hidden: [8], epochs: 1 });
  const runId = 'run';
  let plan!: Awaited<ReturnType<typeof planPreprocessing>>;
  await record('plan', async () => {
    plan = await planPreprocessing({ runId, config }, context);
  });
  const pointers = { dataset: plan.dataset, contentKey: plan.contentKey };
  const { shards } = await readPlan(pointers, context);
  await record('shard', async () => {
    for (const shard of shards) await preprocessShard(shard, context);
  });
  await record('commit', () => commitPreprocessing(pointers, context));
  await record('train', () => train({ runId, ...pointers, compute: 'cpu' }, context));
  await record('evaluate', () => evaluate({ runId, ...pointers, phases: [] }, context));
  await record('register', () => register({ runId }, context));
  // Its event comes again.
  await record('plan', () => planPreprocessing({ runId, config }, context).catch(expectRunExists));
});

function expectRunExists(error: Error): void {
  expect(error.name).toBe('RunExists');
}

/** IAM's `*` stands for anything, slashes included. */
function matches(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.[\]()+?^$\\|{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(key);
}

const steps = Object.keys(stepAccess) as StoreUser[];

test.each(steps)('%s has the right to everything it does', (step) => {
  for (const kind of ['reads', 'writes'] as const) {
    expect(calls[step][kind].length).toBeGreaterThan(0);
    const denied = calls[step][kind].filter(
      (key) => !stepAccess[step][kind].some((pattern) => matches(pattern, key)),
    );
    expect({ kind, denied }).toEqual({ kind, denied: [] });
  }
});

test.each(steps)('%s has no right to write what it never writes', (step) => {
  // The container writes this one, around the step: functions/train/training-job.ts.
  const elsewhere = step === 'train' ? ['runs/*/training-outcome.json'] : [];
  const unused = stepAccess[step].writes.filter(
    (pattern) => !elsewhere.includes(pattern) && !calls[step].writes.some((key) => matches(pattern, key)),
  );
  expect(unused).toEqual([]);
});

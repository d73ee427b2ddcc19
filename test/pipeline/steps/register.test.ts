import fc from 'fast-check';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { latestModelSchema, runRecordSchema } from '../../../lib/contracts/results';
import { register } from '../../../lib/pipeline/steps/register';
import { createRandom } from '../../../lib/random/seeded-random';
import { getJson, putJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import type { ObjectStore } from '../../../lib/store/object-store';
import { putFinishedRun } from '../../cloud/finished-run';
import { FaultyStore } from '../../support/faulty-store';
import { createStepContext } from '../../support/prepare-dataset';

const pointerKey = objectKeys.latestModel('mnist-mlp');

async function putRun(store: ObjectStore, runId: string, finishedAt: string, status?: 'rejected') {
  await putFinishedRun(store, runId, status);
  const key = objectKeys.runRecord(runId);
  const record = await getJson(store, key, runRecordSchema);
  await putJson(store, key, runRecordSchema, { ...record, finishedAt });
}

const readPointer = async (store: ObjectStore) => (await getJson(store, pointerKey, latestModelSchema)).runId;

/** Records the run of the pointer after each move. */
class WatchedStore extends MemoryStore {
  readonly moves: string[] = [];

  override async putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined) {
    const isWritten = await super.putIfUnchanged(key, body, expectedSha256);
    if (isWritten && key === pointerKey) {
      this.moves.push(latestModelSchema.parse(JSON.parse(new TextDecoder().decode(body))).runId);
    }
    return isWritten;
  }
}

const aRun = fc.record({
  // Few minutes, so that several runs end in the same minute.
  minute: fc.integer({ min: 0, max: 5 }),
  isRejected: fc.boolean(),
  deliveries: fc.integer({ min: 1, max: 2 }),
});
const manyRuns = fc.array(aRun, { minLength: 1, maxLength: 16 });

test('many concurrent registrations, in any order: the pointer ends at the accepted run that finished last', async () => {
  await fc.assert(
    fc.asyncProperty(manyRuns, fc.integer(), async (runs, seed) => {
      const store = new WatchedStore();
      const random = createRandom(seed);
      const rankOf = new Map<string, string>();
      const events: string[] = [];
      for (const [index, { minute, isRejected, deliveries }] of runs.entries()) {
        const runId = `run-${String(index).padStart(2, '0')}`;
        const finishedAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
        await putRun(store, runId, finishedAt, isRejected ? 'rejected' : undefined);
        if (!isRejected) rankOf.set(runId, `${finishedAt} ${runId}`);
        for (let delivery = 0; delivery < deliveries; delivery += 1) events.push(runId);
      }
      const ended = await Promise.allSettled(
        events.map((runId) => {
          const pace = 1 + (random() % 6);
          return register(
            { runId },
            createStepContext(new FaultyStore(store, undefined, () => random() % pace)),
          );
        }),
      );
      for (const [index, { status }] of ended.entries()) {
        expect(status).toBe(rankOf.has(events[index]!) ? 'fulfilled' : 'rejected');
      }
      const ranks = store.moves.map((runId) => rankOf.get(runId)!);
      // No move sets the pointer to an earlier run.
      expect(ranks).toEqual([...new Set(ranks)].sort());
      const newest = [...rankOf.values()].sort().at(-1);
      if (newest === undefined) expect(await store.head(pointerKey)).toBeUndefined();
      else expect(rankOf.get(await readPointer(store))).toBe(newest);
    }),
    { numRuns: 60 },
  );
});

test('a pointer to a deleted run is moved by the next registration', async () => {
  const store = new MemoryStore();
  await putRun(store, 'older', '2026-01-01T00:00:00.000Z');
  const latest = { schemaVersion: 1, modelName: 'mnist-mlp', runId: 'deleted', accuracy: 1 } as const;
  await putJson(store, pointerKey, latestModelSchema, { ...latest, promotedAt: '2026-01-02T00:00:00.000Z' });
  await register({ runId: 'older' }, createStepContext(store));
  expect(await readPointer(store)).toBe('older');
});

test('a pointer that moves during every attempt is a transient error', async () => {
  class Restless extends MemoryStore {
    override async putIfUnchanged() {
      return false;
    }
  }
  const store = new Restless();
  await putRun(store, 'run', '2026-01-01T00:00:00.000Z');
  await expect(register({ runId: 'run' }, createStepContext(store))).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining('changed during each of 20 attempts'),
  });
});

import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { createRandom } from '../../lib/random/seeded-random';
import { MemoryStore } from '../../lib/store/memory-store';
import { Checkpoints } from '../../lib/training/checkpoints';
import { layOutState, type StateLayout, type TrainingState } from '../../lib/training/training-state';

/** Two trained weights and a moving statistic, with two slots and averages. */
const layout: StateLayout = layOutState(
  [
    { shape: [3, 2], isTrained: true },
    { shape: [2], isTrained: true },
    { shape: [2], isTrained: false },
  ],
  { ...runConfigSchema.parse({ optimizer: 'adam' }), emaDecay: 0.9 },
);
const owner = { runId: 'run', contentKey: 'abc' };

function drawValues(shape: readonly number[], seed: number): Float32Array {
  const random = createRandom(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, () => random() / 2 ** 32);
}

function makeState(step: number, change: Partial<TrainingState> = {}): TrainingState {
  return {
    weights: layout.map(({ shape, tensors }, index) =>
      Object.fromEntries(
        tensors.map((name, tensor) => [name, drawValues(shape, 100 * step + 10 * index + tensor)]),
      ),
    ),
    step,
    totals: { loss: 1 / 3, correctCount: 7, finiteStepCount: 2 },
    epochSeconds: 1.5,
    history: [{ epoch: 1, loss: 0.1, acc: 0.2, val_loss: 0.3, val_acc: 0.4, seconds: 5 }],
    best: undefined,
    ...change,
  };
}

function open(store: MemoryStore, change: Partial<typeof owner> = {}) {
  const complaints: string[] = [];
  const checkpoints = new Checkpoints(store, { ...owner, ...change }, layout);
  return {
    checkpoints,
    complaints,
    restore: () => checkpoints.restore((message) => complaints.push(message)),
  };
}

test('without checkpoints nothing is restored', async () => {
  const { restore, complaints } = open(new MemoryStore());
  expect(await restore()).toBeUndefined();
  expect(complaints).toEqual([]);
});

test.each([[undefined], [layout.map(({ shape }) => drawValues(shape, 99))]])(
  'a saved state is restored bit by bit',
  async (best) => {
    const store = new MemoryStore();
    const state = makeState(5, { best });
    await open(store).checkpoints.save(state);
    expect(await open(store).restore()).toEqual(state);
  },
);

test('two slots are kept, the newest is restored, and the next save replaces the older one', async () => {
  const store = new MemoryStore();
  const { checkpoints } = open(store);
  for (const step of [1, 2, 3]) await checkpoints.save(makeState(step));
  const resumed = open(store);
  expect((await resumed.restore())?.step).toBe(3);
  await resumed.checkpoints.save(makeState(4));
  expect((await open(store).restore())?.step).toBe(4);
  const keys: string[] = [];
  for await (const { key } of store.list(objectKeys.checkpoints)) keys.push(key);
  expect(keys).toEqual([objectKeys.checkpoint('run', 0), objectKeys.checkpoint('run', 1)]);
  // Checkpoints of training steps 3 and 4 exist: if 4 is damaged, 3 is restored.
  const slotOfFour = objectKeys.checkpoint('run', 1);
  await store.put(slotOfFour, new Uint8Array(100));
  const fallen = open(store);
  expect((await fallen.restore())?.step).toBe(3);
  expect(fallen.complaints).toEqual([expect.stringContaining(`${slotOfFour} cannot be used`)]);
});

test.each<[string, Partial<typeof owner>, RegExp]>([
  ['of another run', { runId: 'other' }, /belongs to run run/],
  ['of another dataset', { contentKey: 'def' }, /on content abc/],
])('a checkpoint %s is ignored', async (_, change, message) => {
  const store = new MemoryStore();
  await open(store).checkpoints.save(makeState(5));
  if (change.runId !== undefined) {
    await store.put(objectKeys.checkpoint(change.runId, 0), await store.get(objectKeys.checkpoint('run', 0)));
  }
  const other = open(store, change);
  expect(await other.restore()).toBeUndefined();
  expect(other.complaints).toEqual([expect.stringMatching(message)]);
});

test('a checkpoint of another model is ignored', async () => {
  const store = new MemoryStore();
  await open(store).checkpoints.save(makeState(5));
  const complaints: string[] = [];
  const wider = new Checkpoints(store, owner, [{ ...layout[0]!, shape: [3, 9] }, ...layout.slice(1)]);
  expect(await wider.restore((message) => complaints.push(message))).toBeUndefined();
  expect(complaints).toEqual([expect.stringMatching(/has the shape \[3,2\] instead of \[3,9\]/)]);
});

test('a checkpoint of another optimizer is ignored', async () => {
  const store = new MemoryStore();
  await open(store).checkpoints.save(makeState(5));
  const complaints: string[] = [];
  const other = layout.map((weight) => ({ ...weight, tensors: ['value', 'velocity'] }));
  const checkpoints = new Checkpoints(store, owner, other);
  expect(await checkpoints.restore((message) => complaints.push(message))).toBeUndefined();
  expect(complaints).toEqual([expect.stringMatching(/"0.velocity" has the shape \[undefined\]/)]);
});

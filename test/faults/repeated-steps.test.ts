import { join } from 'node:path';
import { PermanentError } from '../../lib/contracts/errors';
import { createRandom } from '../../lib/random/seeded-random';
import { MemoryStore } from '../../lib/store/memory-store';
import type { ObjectStore } from '../../lib/store/object-store';
import {
  type Artifacts,
  findBrokenMarkers,
  readArtifacts,
  runWithRetries,
  useFixedPeakMemory,
} from '../support/faulty-pipeline';
import { copyStore, FaultyStore } from '../support/faulty-store';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import { initialState, makeWorkflow, type WorkflowState } from '../support/workflow-steps';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/cached-drawings').cacheDrawings(),
);
useFixedPeakMemory();

/** Events are delivered at least once, and a lost worker may still run beside its replacement. */
const dataset = join(useScratchFolder(), 'digits');
const workflow = makeWorkflow(dataset);
const starts: { readonly before: MemoryStore; readonly state: WorkflowState }[] = [];
let finalArtifacts: Artifacts;

beforeAll(async () => {
  await writeTinyDataset(dataset, { trainCount: 61, testCount: 31, classes: 3 });
  const store = new MemoryStore();
  let state = initialState;
  for (const step of workflow) {
    starts.push({ before: await copyStore(store), state });
    state = await step.run(createStepContext(store), state);
  }
  finalArtifacts = await readArtifacts(store);
});

async function finish(store: ObjectStore, first: number, initial: WorkflowState): Promise<WorkflowState> {
  let state = initial;
  for (const step of workflow.slice(first)) state = await step.run(createStepContext(store), state);
  return state;
}

/** Two processes with different clocks. */
const contextAt = (hour: number) => (store: ObjectStore) => ({
  ...createStepContext(store),
  now: () => new Date(Date.UTC(2026, 0, 2, hour)),
});

describe.each(workflow.map((step, index) => [step.name, step, index] as const))('%s', (_, step, index) => {
  test('run a second time: the same artifacts', async () => {
    const { before, state } = starts[index]!;
    const store = await copyStore(before);
    await step.run(createStepContext(store), state);
    const second = await step.run(createStepContext(store), state);
    await finish(store, index + 1, second);
    expect(await readArtifacts(store)).toEqual(finalArtifacts);
  });

  test('two at once, in forty orders: complete in the end, with no marker of incomplete data', async () => {
    const random = createRandom(index);
    for (let round = 0; round < 40; round += 1) {
      const { before, state } = starts[index]!;
      const inner = await copyStore(before);
      // One of them may be much slower than the other.
      const paces = [1 + (random() % 4), 1 + (random() % 20)];
      const both = await Promise.allSettled(
        paces.map((pace, which) => {
          const store = new FaultyStore(inner, undefined, () => random() % (pace + 1));
          return runWithRetries(step, store, state, contextAt(which));
        }),
      );
      const states = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      for (const one of both) {
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(PermanentError);
      }
      expect(states.length).toBeGreaterThan(0);
      const end = await finish(inner, index + 1, states[0]!);
      expect(await findBrokenMarkers(inner, end)).toEqual([]);
      expect([...(await readArtifacts(inner)).keys()].sort()).toEqual([...finalArtifacts.keys()].sort());
    }
  });
});

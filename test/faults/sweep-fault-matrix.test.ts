import { join } from 'node:path';
import { PermanentError, TransientError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { trainingRecordSchema } from '../../lib/contracts/results';
import { sweepResultsSchema } from '../../lib/contracts/sweep';
import { listRunIds } from '../../lib/pipeline/list-runs';
import type { SweepPlan } from '../../lib/pipeline/sweep/open-sweep';
import { sweepLocally } from '../../lib/pipeline/sweep/sweep-locally';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { printOutcomes, useFixedPeakMemory } from '../support/faulty-pipeline';
import { copyStore, type Fault, FaultyStore, Killed, type StoreCall } from '../support/faulty-store';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/cached-drawings').cacheDrawings(),
);
// Every attempt stands for a process of its own, and the one before it has ended.
jest.mock('../../lib/store/directory-owner', () => ({
  ...jest.requireActual('../../lib/store/directory-owner'),
  isOwnerGone: () => true,
}));
useFixedPeakMemory();

const sweepId = 'matrix';
const dataset = join(useScratchFolder(), 'digits');
/** The first of four trials diverges, and one of the others goes on. */
const planned: SweepPlan = {
  settings: {
    ...{ dataset, classes: 3, engine: 'wasm', hidden: [], epochs: 3, batchSize: 1, validationFraction: 0.2 },
    ...{ optimizer: 'sgd', momentum: 0.99, nesterov: true, l2: 1, dropout: 0 },
  },
  space: { learningRate: { values: [1, 0.001, 0.0005, 0.0001] } },
  ...{ trialCount: 4, sampler: 'grid', samplerSeed: 1, stop: 'halving', rungs: [1, 3] },
  metric: 'validation-loss',
};

/** As a local store, it can take back a sweep that is refused before its first run begins. */
class RemovingFaultyStore extends FaultyStore {
  constructor(
    private readonly own: MemoryStore,
    planned: ConstructorParameters<typeof FaultyStore>[1],
  ) {
    super(own, planned);
  }

  remove(key: string): Promise<void> {
    return this.own.remove(key);
  }
}

/** A sweep of a store that can be killed; attempts are repeated as a person would. */
class RepeatedSweep {
  /** Epochs by trial and number, each time that one is trained. */
  readonly epochs: string[] = [];
  attempts = 0;

  constructor(
    private readonly inner: MemoryStore,
    private readonly store: FaultyStore,
  ) {}

  async run(): Promise<void> {
    while (!(await this.isOver())) {
      this.attempts += 1;
      this.store.revive();
      await this.attempt().catch(expectStoreFailure);
    }
  }

  private async attempt(): Promise<void> {
    const isStored = (await this.inner.head(objectKeys.sweep(sweepId))) !== undefined;
    // The same command again, or the id alone.
    const request = { sweepId, limits: { maxFailed: 3 }, ...(!isStored && { planned }) };
    const onEvent: Parameters<typeof sweepLocally>[2]['onEvent'] = (event, trial) => {
      if (event.type === 'epoch-finished') this.epochs.push(`${trial}: ${event.epoch.epoch}`);
    };
    await sweepLocally(request, createStepContext(this.store), { onEvent, onChange: async () => {} });
  }

  private async isOver(): Promise<boolean> {
    return (await this.inner.head(objectKeys.sweepResults(sweepId))) !== undefined;
  }
}

function expectStoreFailure(error: unknown): void {
  const isPermanent = error instanceof PermanentError && error.name === 'StoreNotWritable';
  if (!(isPermanent || error instanceof TransientError || error instanceof Killed)) throw error;
}

/** What must be the same in the end, but for times. */
async function readOutcome(store: MemoryStore) {
  const {
    trials,
    winner,
    finishedAt: _,
    ...others
  } = await getJson(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  const runIds = await listRunIds(store);
  const weights: Record<string, string> = {};
  for (const runId of runIds) {
    if ((await store.head(objectKeys.training(runId))) === undefined) continue;
    const record = await getJson(store, objectKeys.training(runId), trainingRecordSchema);
    weights[runId] = record.weightsSha256;
  }
  const page = (await store.head(objectKeys.sweepPage(sweepId))) !== undefined;
  return {
    ...others,
    winner,
    runIds,
    weights,
    page,
    trials: trials.map(({ seconds: __, ...trial }) => trial),
  };
}

let prepared: MemoryStore;
let clean: {
  outcome: Awaited<ReturnType<typeof readOutcome>>;
  epochs: string[];
  calls: readonly StoreCall[];
};

async function run(fault?: { readonly fault: Fault; readonly call: number }) {
  const inner = await copyStore(prepared);
  const store = new RemovingFaultyStore(inner, fault);
  const sweep = new RepeatedSweep(inner, store);
  await sweep.run();
  return { inner, store, sweep };
}

beforeAll(async () => {
  await writeTinyDataset(dataset, { trainCount: 60, testCount: 30, classes: 3 });
  prepared = new MemoryStore();
  const first = await run();
  for await (const { key } of first.inner.list('datasets/'))
    await prepared.put(key, await first.inner.get(key));
  const { inner, store, sweep } = await run();
  clean = { outcome: await readOutcome(inner), epochs: sweep.epochs, calls: store.calls };
});

test('without faults, one trial fails, two stop and one goes on', () => {
  const statuses = clean.outcome.trials.map(({ status }) => status);
  expect(statuses).toEqual(['failed', 'stopped', 'finished', 'stopped']);
  expect(clean.epochs).toHaveLength(5);
});

const isOfSweep = ({ key, operation }: StoreCall) => key.startsWith('sweeps/') && operation.startsWith('put');

/** A store that refuses a write ends the sweep as one that is unavailable does. */
const faults = [
  'unavailable',
  'written, and the answer lost',
  'killed before the write',
  'killed after the write',
] as const satisfies Fault[];

test('each fault of each write of a sweep ends in the same table, with no trial lost or trained twice', async () => {
  const outcomes: string[] = [];
  const written = new Set<string>();
  for (const [call, storeCall] of clean.calls.entries()) {
    if (!isOfSweep(storeCall)) continue;
    for (const fault of faults) {
      const cell = `${fault} at ${call} ${storeCall.operation} ${storeCall.key}`;
      const { inner, store, sweep } = await run({ fault, call });
      expect([cell, store.hasFaultOccurred, store.calls[call]!.key]).toEqual([cell, true, storeCall.key]);
      expect([cell, await readOutcome(inner)]).toEqual([cell, clean.outcome]);
      expect([cell, [...sweep.epochs].sort()]).toEqual([cell, [...clean.epochs].sort()]);
      outcomes.push(`${sweep.attempts} attempts`);
    }
    written.add(storeCall.key.slice(`sweeps/${sweepId}/`.length));
  }
  expect([...written].sort()).toEqual(
    [
      ...['sweep.json', 'owner.json', 'results.json', 'sweep.html', 'failures/1.json'],
      ...['trials/1.json', 'trials/2.json', 'trials/3.json', 'trials/4.json'],
    ].sort(),
  );
  printOutcomes(`Fault matrix of a sweep: ${outcomes.length} cells`, outcomes);
});

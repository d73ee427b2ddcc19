import { join } from 'node:path';
import { sweepSteps } from '../../lib/contracts/sweep-steps';
import { openSweep, type SweepPlan } from '../../lib/pipeline/sweep/open-sweep';
import { createStepContext } from '../support/prepare-dataset';
import { matchesKey, RecordingStore } from '../support/recording-store';
import { Rounds } from '../support/rounds';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const store = new RecordingStore();
const reads: string[] = [];
const writes: string[] = [];

/** Records the calls of the decisions, without those of the trainings between them. */
class RecordedRounds extends Rounds {
  override async decide(endedRound: number) {
    store.reads.clear();
    store.writes.clear();
    const decision = await super.decide(endedRound);
    reads.push(...store.reads);
    writes.push(...store.writes);
    return decision;
  }
}

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset, { classes: 3 });
  const context = createStepContext(store);
  const planned: SweepPlan = {
    settings: {
      ...{
        dataset,
        hidden: [],
        dropout: 0,
        engine: 'wasm',
        epochs: 2,
        batchSize: 2,
        validationFraction: 0.2,
      },
      // A learning rate of 1 diverges.
      ...{ optimizer: 'sgd', momentum: 0.99, nesterov: true, l2: 1 },
    },
    space: { learningRate: { values: [0.001, 1, 0.0005] } },
    ...{ trialCount: 3, sampler: 'grid', samplerSeed: 1, stop: 'halving', rungs: [1, 2] },
    metric: 'validation-loss',
  };
  const request = { sweepId: 'digits', planned, limits: { maxParallel: 2, maxFailed: 1, maxCostUsd: 100 } };
  await (await openSweep(store, request, context.now)).release();
  await new RecordedRounds('digits', context).run();
});

test.each(['reads', 'writes'] as const)(
  'the function of sweeps has the rights for all that it %s',
  (kind) => {
    const keys = { reads, writes }[kind];
    expect(keys.length).toBeGreaterThan(0);
    const denied = keys.filter((key) => !sweepSteps.sweep[kind].some((pattern) => matchesKey(pattern, key)));
    expect(denied).toEqual([]);
  },
);

test.each(['reads', 'writes'] as const)('it has no right to %s keys that it does not', (kind) => {
  const keys = { reads, writes }[kind];
  const unused = sweepSteps.sweep[kind].filter((pattern) => !keys.some((key) => matchesKey(pattern, key)));
  expect(unused).toEqual([]);
});

import { objectKeys } from '../../../lib/contracts/object-keys';
import type { SweepPrices } from '../../../lib/contracts/sweep';
import { shareBudget } from '../../../lib/pipeline/sweep/sweep-budget';
import { encodeJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { makeSweep, makeTrial } from '../../support/simulated-sweep';

/** A machine costs a dollar, and each second of training a cent. Each epoch takes a second. */
const prices: SweepPrices = {
  ...{ schemaVersion: 1, sweepId: 'sweep', compute: 'cpu' },
  ...{ machineStartUsd: 1, trainingSecondUsd: 0.01 },
};
const sweepOf = (maxCostUsd: number) => makeSweep({ stop: 'halving', rungs: [1, 3, 9], maxCostUsd });
const paused = [makeTrial(1, [0.5, 0.4, 0.3]), makeTrial(2, [0.6])];

const share = async (
  maxCostUsd: number,
  jobs: { trial: number; untilEpoch: number }[],
  store = new MemoryStore(),
) =>
  (await shareBudget(jobs, { sweep: sweepOf(maxCostUsd), trials: paused }, prices, { store })).map(
    ({ trial, costLimitUsd }) => [trial, costLimitUsd],
  );

// Spent: two machines and three seconds of the first, one machine and a second of the other; set aside: one of the winner.
const spent = 4.04;

test('each job gets its price and an equal part of the rest, beside what its run has cost', async () => {
  const jobs = [
    { trial: 1, untilEpoch: 9 },
    { trial: 3, untilEpoch: 1 },
  ];
  // Machines of two dollars, six epochs and one.
  const rest = 0.4;
  expect(await share(spent + 2.07 + rest, jobs)).toEqual([
    [1, expect.closeTo(0.03 + 0.06 + rest / 2, 9)],
    [3, expect.closeTo(0.01 + rest / 2, 9)],
  ]);
});

test('a job that is not paid for is left out, and those after it', async () => {
  const jobs = [
    { trial: 3, untilEpoch: 1 },
    { trial: 1, untilEpoch: 9 },
    { trial: 4, untilEpoch: 1 },
  ];
  expect(await share(spent + 1.01 + 1.05, jobs)).toEqual([[3, expect.closeTo(0.01 + 1.05, 9)]]);
  expect(await share(spent + 1, jobs)).toEqual([]);
});

test('the training time of lost attempts counts', async () => {
  const store = new MemoryStore();
  const key = objectKeys.trainingSpending('sweep-2');
  await store.put(key, encodeJson({ schemaVersion: 1, runId: 'sweep-2', seconds: 101 }));
  const jobs = [{ trial: 2, untilEpoch: 3 }];
  // A hundred seconds more than its epoch.
  expect(await share(spent + 1 + 1.02, jobs, store)).toEqual([[2, expect.closeTo(1.01 + 0.02, 9)]]);
  expect(await share(spent + 1 + 1.01, jobs, store)).toEqual([]);
});

test('no limit sets none', async () => {
  expect(await share(0, [{ trial: 3, untilEpoch: 1 }])).toEqual([[3, undefined]]);
});

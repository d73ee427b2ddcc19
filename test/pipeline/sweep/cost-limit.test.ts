import { PermanentError } from '../../../lib/contracts/errors';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { historySchema, runRecordSchema, sumSeconds } from '../../../lib/contracts/results';
import { sweepFailureSchema, sweepPricesSchema } from '../../../lib/contracts/sweep';
import type { RoundJob } from '../../../lib/contracts/sweep-steps';
import { readTrials } from '../../../lib/pipeline/sweep/read-sweep';
import { countFailed } from '../../../lib/pipeline/sweep/record-failures';
import { readSpending } from '../../../lib/pipeline/sweep/sweep-spending';
import { encodeJson, getJson } from '../../../lib/store/json-objects';
import type { MemoryStore } from '../../../lib/store/memory-store';
import { Rounds } from '../../support/rounds';
import { tickingClock, useStoredSweep } from './use-stored-sweep';

jest.mock('../../../lib/report/rasterize', () =>
  jest.requireActual('../../support/blank-drawings').blankDrawings(),
);
jest.mock('../../../lib/try-it/page-app', () => jest.requireActual('../../support/blank-app').blankApp());

const { planOf, setUp } = useStoredSweep();

const readPrices = (store: MemoryStore) =>
  getJson(store, objectKeys.sweepPrices('digits'), sweepPricesSchema);

/** A trial that has used its share. */
const exceed = () => {
  throw new PermanentError('CostLimitExceeded', 'It is spent.');
};

describe('a cost limit', () => {
  test('is shared by the jobs of a round, and leaves out trials that it does not pay for', async () => {
    const { context, store, results } = await setUp({}, { maxCostUsd: 0.02 });
    const rounds = new Rounds('digits', context);
    await rounds.run();
    const { machineStartUsd } = await readPrices(store);
    const { trials, winner } = (await results())!;
    const machines = trials.length + 1;
    expect(machines * machineStartUsd).toBeLessThan(0.02);
    expect((machines + 1) * machineStartUsd).toBeGreaterThan(0.02);
    expect(winner).not.toBeNull();
    const shares = rounds.trained.slice(0, 3).map(({ input }) => input['costLimitUsd']);
    expect(shares).toEqual(Array(3).fill(expect.closeTo((0.02 - 4 * machineStartUsd) / 3, 9)));
  });

  test('that is reached while drawn trials wait ends the sweep without them', async () => {
    const { context, store, results } = await setUp({ trialCount: 3 }, { maxCostUsd: 0.02 });
    await new Rounds('digits', context).decide(0);
    // A machine was lost after a long training.
    const spending = { schemaVersion: 1, runId: 'digits-1', seconds: 300 };
    const only = ({ trial }: { trial: number }) => {
      if (trial > 1) throw new Error('aborted');
    };
    const stopped = new Rounds('digits', context, only);
    await expect(stopped.run()).rejects.toMatchObject({ name: 'InvalidInput' });
    await store.put(objectKeys.trainingSpending('digits-1'), encodeJson(spending));
    await new Rounds('digits', context).run();
    const { trials, winner } = (await results())!;
    expect(trials.map(({ status, epochs }) => [status, epochs])).toEqual([
      ['finished', 4],
      ['stopped', 0],
      ['stopped', 0],
    ]);
    expect(winner).toMatchObject({ trial: 1 });
  });

  test('that pays for no epoch is refused, with what is needed', async () => {
    const { context } = await setUp({}, { maxCostUsd: 0.001 });
    await expect(new Rounds('digits', context).decide(0)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(
        /^The cost limit of \$0\.001 \(maxCostUsd\) does not pay for one epoch: .* To continue it: mnist-pipeline sweep --cloud --sweep-id digits --max-cost-usd N, with more than 0\.01,/,
      ),
    });
  });
});

describe('a cost limit that is raised', () => {
  const numbersOf = (jobs: readonly RoundJob[]) => jobs.map(({ trial }) => trial);
  /** Three machines cost 1.26 cents: those of two trials and the winner. */
  const low = 0.014;
  /** Its limit has ended it after two of five trials. */
  const setUpLimited = async () => {
    const settings = { ...planOf().settings, epochs: 1 };
    const limits = { maxParallel: 1, maxCostUsd: low };
    const swept = await setUp({ trialCount: 5, rungs: [1], settings }, limits);
    await new Rounds('digits', swept.context).run();
    expect((await swept.results())!.trials).toHaveLength(2);
    return swept;
  };

  test.each([1, 0])(
    'to %d goes on with the trials that it left out, and with no other',
    async (maxCostUsd) => {
      const { context, open, results } = await setUpLimited();
      await open({ maxCostUsd });
      expect(await results()).toBeUndefined();
      const again = new Rounds('digits', context);
      await again.run();
      expect(numbersOf(again.trained).filter((trial) => trial > 0)).toEqual([3, 4, 5]);
      const { trials, winner } = (await results())!;
      expect(trials.map(({ status }) => status)).toEqual(Array(5).fill('finished'));
      expect(winner).not.toBeNull();
    },
  );

  test('goes on with trials that have exceeded their share, until they exceed that of the new one', async () => {
    const { context, store, open, results } = await setUp({ trialCount: 2 }, { maxCostUsd: 0.1 });
    await new Rounds('digits', context, exceed).run();
    expect((await results())!.trials.map(({ status }) => status)).toEqual(['failed', 'failed']);
    await open({ maxCostUsd: 0.2 });
    await new Rounds('digits', context, exceed).run();
    const failure = await getJson(store, objectKeys.sweepFailure('digits', 1), sweepFailureSchema);
    expect(failure).toMatchObject({ name: 'CostLimitExceeded', maxCostUsd: 0.2 });
    await open({ maxCostUsd: 0.3 });
    await new Rounds('digits', context).run();
    expect((await results())!.trials.map(({ status }) => status)).toEqual(['finished', 'finished']);
  });

  test('counts a trial as failed that loses its machine then, though it had exceeded its share before', async () => {
    const limits = { maxCostUsd: 0.1, maxFailed: 1 };
    const { context, store, open, results } = await setUp({ trialCount: 2 }, limits);
    await new Rounds('digits', context, exceed).run();
    const sweep = await open({ maxCostUsd: 0.2 });
    const loseFirst = ({ trial }: RoundJob) => {
      if (trial === 1) throw new Error('aborted');
    };
    await new Rounds('digits', context, loseFirst).run();
    const { trials } = (await results())!;
    expect(trials.map(({ error }) => error?.name)).toEqual(['ExecutionFailed', undefined]);
    const failure = await getJson(store, objectKeys.sweepFailure('digits', 1), sweepFailureSchema);
    expect(failure).toMatchObject({ name: 'ExecutionFailed' });
    expect(countFailed(await readTrials(store, sweep))).toBe(1);
  });

  test.each([0.2, 0])(
    'to %d before the end of a round is recorded lets its trials go on',
    async (maxCostUsd) => {
      const { context, open } = await setUp({ trialCount: 2 }, { maxCostUsd: 0.1 });
      const rounds = new Rounds('digits', context, exceed);
      await rounds.run();
      await open({ maxCostUsd });
      expect(await rounds.decide(1)).toMatchObject({ jobCount: 2 });
    },
  );

  test('is needed to extend a sweep that its limit has ended', async () => {
    const { open } = await setUpLimited();
    const reached = {
      name: 'RunExists',
      message: expect.stringMatching(
        /is over: its limit of \$0\.014 \(maxCostUsd\) was reached\. --max-cost-usd with a higher one goes on with it\.$/,
      ),
    };
    await expect(open({})).rejects.toMatchObject(reached);
    await expect(open({}, 2)).rejects.toMatchObject(reached);
    expect(await open({ maxCostUsd: 1 }, 2)).toMatchObject({ trialCount: 7, maxCostUsd: 1 });
  });

  test('does not go on with a sweep whose trials have all ended', async () => {
    const { context, open } = await setUp({ trialCount: 1 }, { maxCostUsd: 1 });
    await new Rounds('digits', context).run();
    await expect(open({ maxCostUsd: 2 })).rejects.toMatchObject({
      name: 'RunExists',
      message: expect.stringContaining('all its 1 trials have ended'),
    });
  });
});

describe('files that were written before they had the limit', () => {
  const forget = async (store: MemoryStore, key: string) => {
    const { maxCostUsd, ...older } = JSON.parse(new TextDecoder().decode(await store.get(key)));
    expect(maxCostUsd).toBeDefined();
    await store.put(key, encodeJson(older));
  };
  const setUpOlder = async () => {
    const swept = await setUp({ trialCount: 2 }, { maxCostUsd: 0.1 });
    const rounds = new Rounds('digits', swept.context, exceed);
    await rounds.run();
    const failures = [1, 2].map((trial) => objectKeys.sweepFailure('digits', trial));
    for (const key of [objectKeys.sweepResults('digits'), objectKeys.sweepRound('digits', 1), ...failures])
      await forget(swept.store, key);
    return { ...swept, rounds };
  };

  test('are those of a sweep that is over', async () => {
    const { open, results } = await setUpOlder();
    expect(await results()).toBeDefined();
    await expect(open({})).rejects.toMatchObject({ name: 'RunExists' });
  });

  test('are those of a sweep that goes on when its limit is raised, with all its trials', async () => {
    const { context, open, results } = await setUpOlder();
    expect(await open({ maxCostUsd: 0.2 })).toMatchObject({ firstMaxCostUsd: 0.1 });
    expect(await results()).toBeUndefined();
    expect(await open({ maxCostUsd: 0.3 })).toMatchObject({ firstMaxCostUsd: 0.1 });
    await new Rounds('digits', context).run();
    expect((await results())!.trials.map(({ status }) => status)).toEqual(['finished', 'finished']);
  });

  test('have failures of the limit that the sweep has now', async () => {
    const { store, rounds } = await setUpOlder();
    const key = objectKeys.sweepFailure('digits', 1);
    await store.remove(key);
    await rounds.decide(1);
    const recorded = { name: 'CostLimitExceeded', maxCostUsd: 0.1 };
    expect(await getJson(store, key, sweepFailureSchema)).toMatchObject(recorded);
  });
});

describe('a cost limit that is lowered', () => {
  test('is refused below what was spent, with what that is', async () => {
    const { context, store, sweep, open } = await setUp({ trialCount: 3 }, { maxCostUsd: 1 });
    await new Rounds('digits', context).decide(0);
    const { trainingSecondUsd, machineStartUsd } = await readPrices(store);
    const spending = { schemaVersion: 1, runId: 'digits-1', seconds: 1000 };
    await store.put(objectKeys.trainingSpending('digits-1'), encodeJson(spending));
    const spent = 1000 * trainingSecondUsd + machineStartUsd;
    await expect(open({ maxCostUsd: spent - 0.001 })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining(`have cost about $${spent.toFixed(4)}, and a limit of $`),
    });
    expect(await open({})).toEqual(sweep);
    expect(await open({ maxCostUsd: spent + 0.001 })).toMatchObject({ maxCostUsd: spent + 0.001 });
  });

  test('or given again is not compared with what was spent', async () => {
    const { context, store, open, sweep } = await setUp({ trialCount: 2 }, { maxCostUsd: 0.1 });
    await new Rounds('digits', context).decide(0);
    const spending = { schemaVersion: 1, runId: 'digits-1', seconds: 100_000 };
    await store.put(objectKeys.trainingSpending('digits-1'), encodeJson(spending));
    expect(await open({ maxCostUsd: 0.1 })).toEqual(sweep);
    await new Rounds('digits', context).run();
    await expect(open({ maxCostUsd: 0.05 })).rejects.toMatchObject({ name: 'RunExists' });
  });

  test('counts the runs of winners, without what they have taken over', async () => {
    const { context: still, store, open, results } = await setUp({ trialCount: 1 }, { maxCostUsd: 9 });
    const context = { ...still, now: tickingClock() };
    await new Rounds('digits', context).run();
    const { trainingSecondUsd } = await readPrices(store);
    const ownUsd = async (runId: string) => {
      const { costUsd } = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
      const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
      expect(sumSeconds(epochs)).toBeGreaterThan(0);
      return costUsd! - sumSeconds(epochs) * trainingSecondUsd;
    };
    const first = await ownUsd('digits-winner');
    expect((await results())!.winner!.costUsd).toBeCloseTo(first, 9);

    const sweep = await open({}, 8);
    await new Rounds('digits', context).run();
    const { winner } = (await results())!;
    expect(winner!.winnerRunId).toBe(`digits-winner-${winner!.trial}`);
    const both = first + (await ownUsd(winner!.winnerRunId));
    expect(winner!.costUsd).toBeCloseTo(both, 9);
    const state = { sweep, trials: await readTrials(store, sweep) };
    const { trainingUsd, totalUsd } = await readSpending(store, state, await readPrices(store));
    const trials = [...trainingUsd.values()].reduce((sum, dollars) => sum + dollars, 0);
    const { machineStartUsd } = await readPrices(store);
    expect(totalUsd).toBeCloseTo(trials + 9 * machineStartUsd + both, 9);
  });
});

import type { Compute } from '../../../lib/contracts/compute';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { type SweepResults, sweepPricesSchema, sweepTrialSchema } from '../../../lib/contracts/sweep';
import type { Deployment } from '../../../lib/pipeline/admit-run';
import { decideRound } from '../../../lib/pipeline/sweep/decide-round';
import { openSweep, type SweepPlan } from '../../../lib/pipeline/sweep/open-sweep';
import { readSweep, readTrials } from '../../../lib/pipeline/sweep/read-sweep';
import { readRound } from '../../../lib/pipeline/sweep/round-jobs';
import { sweepLocally } from '../../../lib/pipeline/sweep/sweep-locally';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { drawTrial } from '../../../lib/sweep/sampler';
import { createStepContext } from '../../support/prepare-dataset';
import { Rounds, TooManyFailures } from '../../support/rounds';
import { useStoredSweep } from './use-stored-sweep';

jest.mock('../../../lib/report/rasterize', () =>
  jest.requireActual('../../support/blank-drawings').blankDrawings(),
);
jest.mock('../../../lib/try-it/page-app', () => jest.requireActual('../../support/blank-app').blankApp());

const { planOf, setUp } = useStoredSweep();

const halving: Partial<SweepPlan> = { stop: 'halving', rungs: [1, 2, 4] };
/** A learning rate of 1 diverges. */
const diverging: Partial<SweepPlan> = {
  sampler: 'grid',
  trialCount: 2,
  settings: {
    ...{ ...planOf().settings, hidden: [], dropout: 0, batchSize: 2 },
    ...{ optimizer: 'sgd', momentum: 0.99, nesterov: true, l2: 1 },
  },
  space: { learningRate: { values: [0.001, 1] } },
};

/** What does not depend on time and place. */
const tableOf = ({ trials, winner, summary }: SweepResults) => ({
  trials: trials.map(({ seconds: _, costUsd: __, ...trial }) => trial),
  winner: winner && { ...winner, costUsd: undefined },
  summary,
});

async function sweepOnThisMachine(plan: Partial<SweepPlan>) {
  const request = { sweepId: 'digits', planned: planOf(plan), limits: {} };
  const observer = { onChange: async () => {}, onEvent: () => {} };
  const context = createStepContext(new MemoryStore());
  return tableOf((await sweepLocally(request, context, observer)).results);
}

const readPrices = (store: MemoryStore) =>
  getJson(store, objectKeys.sweepPrices('digits'), sweepPricesSchema);

test.each<[string, Partial<SweepPlan>]>([
  ['with the median rule', { stop: 'median', rungs: [2, 4], trialCount: 6 }],
  [
    'of folds',
    {
      sampler: 'folds',
      trialCount: 3,
      space: {},
      settings: { ...planOf().settings, validationFraction: 0, folds: 3 },
    },
  ],
])('a sweep %s ends with the same table as on one machine', async (_, plan) => {
  const { context, results } = await setUp(plan);
  await new Rounds('digits', context).run();
  expect(tableOf((await results())!)).toEqual(await sweepOnThisMachine(plan));
});

test('a round has all jobs that depend on no other, with TPE as many as run at once, and the table is the same as on one machine', async () => {
  const { context, store, results } = await setUp(halving);
  const rounds = new Rounds('digits', context);
  await rounds.run();
  expect(rounds.decisions.map(({ jobCount }) => jobCount)).toEqual([9, 3, 1, 1, 0]);
  expect(rounds.trained.slice(9, 12).map(({ input }) => input.pauseAfterEpoch)).toEqual([2, 2, 2]);
  expect(rounds.trained.at(-1)).toMatchObject({
    trial: 0,
    name: 'digits-winner',
    input: { evaluateOn: 'test' },
  });
  const whole = (await results())!;
  expect(tableOf(whole)).toEqual(await sweepOnThisMachine(halving));
  const { trials } = whole;
  const { machineStartUsd, trainingSecondUsd } = await readPrices(store);
  for (const { epochs, seconds, costUsd } of trials.filter(({ status }) => status === 'stopped'))
    expect(costUsd).toBeCloseTo(epochs * machineStartUsd + seconds * trainingSecondUsd, 9);

  const learning = await setUp({ sampler: 'tpe', trialCount: 4 });
  const tpe = new Rounds('digits', learning.context);
  await tpe.run();
  expect(tpe.decisions.map(({ jobCount }) => jobCount)).toEqual([3, 1, 1, 0]);
});

test('asked again, it decides the same', async () => {
  const { context, store } = await setUp(halving);
  const rounds = new Rounds('digits', context);
  const first = await rounds.decide(0);
  const stored = await store.get(objectKeys.sweepRound('digits', 1));
  expect(await rounds.decide(0)).toEqual(first);
  expect(await store.get(objectKeys.sweepRound('digits', 1))).toEqual(stored);
  await rounds.run();
  const results = await store.get(objectKeys.sweepResults('digits'));
  await rounds.decide(rounds.decisions.at(-2)!.round);
  expect(await store.get(objectKeys.sweepResults('digits'))).toEqual(results);
});

test('a trial that diverges and one that is aborted are tolerated, with their reasons in the table', async () => {
  const { context, results } = await setUp(
    { ...diverging, trialCount: 3, space: { learningRate: { values: [0.001, 1, 0.0005] } } },
    { maxFailed: 2 },
  );
  const abortThird = ({ trial }: { trial: number }) => {
    if (trial === 3) throw new Error('aborted');
  };
  await new Rounds('digits', context, abortThird).run();
  const { trials, winner } = (await results())!;
  expect(trials.map(({ status }) => status)).toEqual(['finished', 'failed', 'failed']);
  expect(trials.map(({ error }) => error?.name)).toEqual([undefined, 'TrainingDiverged', 'ExecutionFailed']);
  expect(trials[2]!.error!.message).toContain(
    'The execution whose name begins with "digits-3-" has the reason',
  );
  expect(winner).toMatchObject({ trial: 1, winnerRunId: 'digits-winner' });
});

test('too many failures end the round; another execution with a higher limit goes on', async () => {
  const { context, store, sweep, results } = await setUp(diverging);
  const rounds = new Rounds('digits', context);
  await expect(rounds.run()).rejects.toThrow(TooManyFailures);
  expect(await results()).toBeUndefined();
  const higher = await openSweep(store, { sweepId: 'digits', limits: { maxFailed: 1 } }, context.now);
  await higher.release();
  const again = new Rounds('digits', context);
  await again.run();
  // It would diverge again.
  expect(again.trained.map(({ trial }) => trial)).toEqual([0]);
  expect((await results())!.trials.map(({ status }) => status)).toEqual(['finished', 'failed']);
  expect(sweep.maxFailed).toBe(0);
});

test('failures that a cost limit lets through the map are refused, and only those that diverged are final', async () => {
  const { context, store, results } = await setUp(
    { ...diverging, trialCount: 3, space: { learningRate: { values: [0.001, 1, 0.0005] } } },
    { maxCostUsd: 100 },
  );
  const abortThird = ({ trial }: { trial: number }) => {
    if (trial === 3) throw new Error('aborted');
  };
  await expect(new Rounds('digits', context, abortThird).run()).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(
      /^2 trials of the sweep "digits" failed, and 0 may fail\. Trial 2: .* To continue it: mnist-pipeline sweep --cloud --sweep-id digits --max-failed 2, which tolerates trials that diverged, and runs the others again\.$/,
    ),
  });
  await (await openSweep(store, { sweepId: 'digits', limits: { maxFailed: 2 } }, context.now)).release();
  const again = new Rounds('digits', context);
  await again.run();
  expect(again.trained.map(({ trial }) => trial)).toEqual([3, 0]);
  expect((await results())!.trials.map(({ status }) => status)).toEqual(['finished', 'failed', 'finished']);
});

test('a sweep continues on the machines that it began with', async () => {
  const { context } = await setUp({ trialCount: 1 });
  const decide = (computes: Deployment['computes'], compute?: Compute) =>
    decideRound(
      { sweepId: 'digits', start: compute === undefined ? {} : { compute }, endedRound: 0 },
      { computes, gpuHourUsd: 1 },
      context,
    );
  const computeOf = async () => (await readRound(context.store, 'digits', 1)).jobs[0]!.input['compute'];
  await decide(['cpu', 'gpu'], 'gpu');
  expect(await computeOf()).toBe('gpu');
  await decide(['cpu', 'gpu']);
  expect(await computeOf()).toBe('gpu');
  await expect(decide(['cpu', 'gpu'], 'cpu')).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('The sweep "digits" trains with compute "gpu", and "cpu" was given.'),
  });
});

test('with TPE, the trials of a round avoid each other', async () => {
  const space = { dropout: { range: [0, 0.5] as [number, number] } };
  const { context, store } = await setUp({ sampler: 'tpe', trialCount: 14, space }, { maxParallel: 12 });
  await new Rounds('digits', context).decide(0);
  const drawn = await Promise.all(
    [11, 12].map((trial) => getJson(store, objectKeys.sweepTrial('digits', trial), sweepTrialSchema)),
  );
  const sweep = (await readSweep(store, 'digits'))!;
  const trials = await readTrials(store, sweep);
  const expected = drawTrial(
    sweep,
    12,
    trials.slice(0, 11).map((trial) => ({ drawn: trial.drawn, value: undefined })),
  );
  expect(drawn[1]!.drawn).toEqual(expected);
});

test('a winner whose run did not finish is an error, and another execution tests it again', async () => {
  const { context, results } = await setUp({ trialCount: 1 });
  const abortWinner = ({ trial }: { trial: number }) => {
    if (trial === 0) throw new Error('aborted');
  };
  await expect(new Rounds('digits', context, abortWinner).run()).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringContaining(`The winner's run "digits-winner" did not finish`),
  });
  await new Rounds('digits', context).run();
  expect((await results())!.winner).toMatchObject({ winnerRunId: 'digits-winner' });
});

test('a sweep that is not in the bucket', async () => {
  const context = createStepContext(new MemoryStore());
  await expect(new Rounds('absent', context).decide(0)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringContaining('There is no sweep "absent" in memory:'),
  });
});

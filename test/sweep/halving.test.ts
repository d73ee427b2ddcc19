import { nextJobs } from '../../lib/sweep/next-jobs';
import { plannedEpochs } from '../../lib/sweep/planned-epochs';
import { halvingRungs } from '../../lib/sweep/stopping/halving';
import { type Fate, makeSweep, makeTrial, SimulatedSweep } from '../support/simulated-sweep';

test.each([
  [27, 24, [3, 9, 27]],
  [27, 27, [1, 3, 9, 27]],
  [27, 8, [9, 27]],
  [10, 12, [1, 3, 10]],
  [10, 2, [10]],
  [2, 100, [1, 2]],
  [1, 100, [1]],
  [40, 100, [1, 4, 13, 40]],
])('%i epochs and %i trials have the rungs %j', (epochs, trials, rungs) => {
  expect(halvingRungs(epochs, trials)).toEqual(rungs);
});

test.each([
  ['halving', 156],
  ['none', 648],
] as const)('24 trials of 27 epochs have, with the rule %s, %i epochs together', (stop, epochs) => {
  const rungs = stop === 'none' ? [27] : halvingRungs(27, 24);
  expect(plannedEpochs(makeSweep({ stop, trialCount: 24, rungs }))).toBe(epochs);
});

const losses = (...values: number[]): Fate[] => values.map((loss) => ({ loss, failsAt: undefined }));
const halving = (trialCount: number, maxParallel = 1) =>
  makeSweep({ stop: 'halving', rungs: [1, 3, 9], trialCount, maxParallel });

describe('one trial at a time', () => {
  it('trains all to the first rung, the best third to the next, and the best of these to the end', () => {
    const simulated = new SimulatedSweep(halving(9), losses(9, 3, 8, 2, 7, 1, 6, 5, 4));
    simulated.run();
    expect(simulated.epochsOf()).toEqual([1, 3, 1, 3, 1, 9, 1, 1, 1]);
    expect(simulated.started.slice(9)).toEqual([
      { trial: 6, untilEpoch: 3 },
      { trial: 4, untilEpoch: 3 },
      { trial: 2, untilEpoch: 3 },
      { trial: 6, untilEpoch: 9 },
    ]);
  });

  it('takes the lowest numbers of equal trials', () => {
    const simulated = new SimulatedSweep(halving(9), losses(1, 1, 1, 1, 1, 1, 1, 1, 1));
    simulated.run();
    expect(simulated.epochsOf()).toEqual([9, 3, 3, 1, 1, 1, 1, 1, 1]);
  });

  it('counts failed trials as the worst', () => {
    const fates = losses(1, 2, 3, 4, 5, 6, 7, 8, 9).map((fate, index) => ({
      ...fate,
      failsAt: index < 7 ? 1 : undefined,
    }));
    const simulated = new SimulatedSweep(halving(9), fates);
    simulated.run();
    expect(simulated.epochsOf()).toEqual([0, 0, 0, 0, 0, 0, 0, 9, 3]);
  });

  it('lets the next best go on where all that went on have failed', () => {
    const fates = [{ loss: 1, failsAt: 2 }, ...losses(2, 3)];
    const simulated = new SimulatedSweep(halving(3), fates);
    simulated.run();
    expect(simulated.trials.map(({ status }) => status)).toEqual(['failed', 'finished', 'paused']);
  });

  it.each([1, 2])('has a winner with %i trials', (count) => {
    const simulated = new SimulatedSweep(halving(count), losses(2, 1));
    simulated.run();
    expect(simulated.epochsOf().at(-1)).toBe(9);
  });

  it('decides again about all when trials are added', () => {
    const fates = losses(9, 3, 8, 2, 7, 1, 6, 5, 4, 0.5, 0.6, 0.7);
    const simulated = new SimulatedSweep(halving(9), fates);
    simulated.run();
    const extended = new SimulatedSweep(halving(12), fates);
    extended.trials = simulated.trials;
    extended.run();
    expect(extended.epochsOf()).toEqual([1, 3, 1, 3, 1, 9, 1, 1, 1, 9, 3, 3]);
  });
});

describe('side by side', () => {
  it('promotes a trial before all are drawn, as soon as three have reached its rung', () => {
    const trials = [makeTrial(1, [5]), makeTrial(2, [4]), makeTrial(3, [6])];
    expect(nextJobs({ sweep: halving(9, 2), trials })).toEqual([
      { trial: 2, untilEpoch: 3 },
      { trial: 4, untilEpoch: 1 },
    ]);
  });

  it('prefers the highest rung', () => {
    const paused = [4, 5, 6].map((loss, index) => makeTrial(index + 1, [loss, loss, loss]));
    const others = [7, 8, 9].map((loss, index) => makeTrial(index + 4, [loss]));
    const trials = [...paused, ...others];
    expect(nextJobs({ sweep: halving(9, 2), trials })[0]).toEqual({ trial: 1, untilEpoch: 9 });
  });

  it('waits for the running ones when there is nothing to draw', () => {
    const trials = [makeTrial(1, [5]), makeTrial(2, [], { status: 'running' })];
    expect(nextJobs({ sweep: halving(2, 2), trials })).toEqual([]);
  });
});

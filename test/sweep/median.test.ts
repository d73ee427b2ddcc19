import { medianRungs } from '../../lib/sweep/stopping/median';
import { type Fate, makeSweep, SimulatedSweep } from '../support/simulated-sweep';

test.each([
  [27, [7, 14, 21, 27]],
  [10, [3, 5, 8, 10]],
  [2, [1, 2]],
  [1, [1]],
])('%i epochs have the rungs %j', (epochs, rungs) => {
  expect(medianRungs(epochs)).toEqual(rungs);
});

const sweepOf = (trialCount: number) => makeSweep({ stop: 'median', rungs: [2, 4, 6, 8], trialCount });
const losses = (...values: number[]): Fate[] => values.map((loss) => ({ loss, failsAt: undefined }));

test('a trial stops where it is worse than the median of five or more earlier ones', () => {
  const simulated = new SimulatedSweep(sweepOf(8), losses(1, 2, 3, 4, 5, 3.1, 3, 6));
  simulated.run();
  expect(simulated.epochsOf()).toEqual([8, 8, 8, 8, 8, 2, 8, 2]);
});

test('the first five are trained wholly, however bad they are', () => {
  const simulated = new SimulatedSweep(sweepOf(5), losses(1, 2, 3, 4, 5));
  simulated.run();
  expect(simulated.epochsOf()).toEqual([8, 8, 8, 8, 8]);
});

test('of an even number of earlier trials, the median is the mean of the middle two', () => {
  const simulated = new SimulatedSweep(sweepOf(8), losses(1, 1, 1, 3, 3, 1, 1.1, 9));
  simulated.run();
  expect(simulated.epochsOf().slice(5)).toEqual([8, 2, 2]);
});

test('earlier trials that failed count as the worst', () => {
  const fates = losses(1, 1, 1, 1, 1, 5).map((fate, index) => ({
    ...fate,
    failsAt: index < 3 ? 1 : undefined,
  }));
  const simulated = new SimulatedSweep(sweepOf(6), fates);
  simulated.run();
  expect(simulated.epochsOf()).toEqual([0, 0, 0, 8, 8, 8]);
});

test('where all that went on have failed, the best of those that stopped goes on', () => {
  const fates = losses(1, 1, 1, 1, 1, 5).map((fate, index) => ({
    ...fate,
    failsAt: index < 5 ? 4 : undefined,
  }));
  const simulated = new SimulatedSweep(sweepOf(6), fates);
  simulated.run();
  expect(simulated.epochsOf()).toEqual([3, 3, 3, 3, 3, 8]);
});

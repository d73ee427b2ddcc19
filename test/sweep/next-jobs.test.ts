import fc from 'fast-check';
import type { Sweep } from '../../lib/contracts/sweep';
import { nextJobs } from '../../lib/sweep/next-jobs';
import { type Fate, makeSweep, makeTrial, SimulatedSweep } from '../support/simulated-sweep';

const rungsOf = { none: [9], median: [3, 5, 7, 9], halving: [1, 3, 9] } as const;

const sweeps = fc
  .record({
    stop: fc.constantFrom('none' as const, 'median' as const, 'halving' as const),
    trialCount: fc.integer({ min: 1, max: 30 }),
    maxParallel: fc.integer({ min: 1, max: 5 }),
    metric: fc.constantFrom('validation-loss' as const, 'validation-accuracy' as const),
  })
  .map((changes) => makeSweep({ ...changes, rungs: [...rungsOf[changes.stop]] }));

const fates: fc.Arbitrary<Fate[]> = fc.array(
  fc.record({
    // Few values, so that there are ties.
    loss: fc.integer({ min: 1, max: 6 }),
    failsAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  }),
  { minLength: 30, maxLength: 30 },
);
const choices = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });

const runs = fc.tuple(sweeps, fates, choices);

/** Runs a sweep to its end and checks something after each start. */
function follow(
  [sweep, ofTrials, order]: [Sweep, Fate[], number[]],
  check: (simulated: SimulatedSweep) => void,
): SimulatedSweep {
  const simulated = new SimulatedSweep(sweep, ofTrials);
  for (let step = 0; ; step += 1) {
    simulated.start();
    check(simulated);
    if (simulated.running.length === 0) return simulated;
    simulated.end(order[step % order.length]!);
  }
}

test('never more jobs run than are allowed, each trial at most once, and the same state gives the same jobs', () => {
  fc.assert(
    fc.property(runs, (run) => {
      follow(run, ({ running, state }) => {
        expect(running.length).toBeLessThanOrEqual(run[0].maxParallel);
        expect(new Set(running.map(({ trial }) => trial)).size).toBe(running.length);
        expect(nextJobs(state)).toEqual(nextJobs(structuredClone(state)));
      });
    }),
    { numRuns: 30 },
  );
});

test('every trial is drawn once, in order, and promoted at most once to each rung', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { started, sweep } = follow(run, () => {});
      const drawn = started.filter(({ untilEpoch }) => untilEpoch === sweep.rungs[0]);
      expect(drawn.map(({ trial }) => trial)).toEqual(
        Array.from({ length: sweep.trialCount }, (_, index) => index + 1),
      );
      const jobs = started.map(({ trial, untilEpoch }) => `${trial} to ${untilEpoch}`);
      expect(new Set(jobs).size).toBe(jobs.length);
    }),
  );
});

test('a sweep has a wholly trained trial, unless all trials fail on their way', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { trials } = follow(run, () => {});
      const isOver = trials.every(({ status }) => status === 'failed');
      expect(isOver || trials.some(({ status }) => status === 'finished')).toBe(true);
    }),
  );
});

test('killed at any moments, a sweep of one trial at a time ends with the same trials', () => {
  fc.assert(
    fc.property(runs, fc.array(fc.nat(), { maxLength: 20 }), ([sweep, ofTrials], kills) => {
      const oneAtATime = { ...sweep, maxParallel: 1 };
      const whole = new SimulatedSweep(oneAtATime, ofTrials);
      whole.run();
      const killed = new SimulatedSweep(oneAtATime, ofTrials);
      for (const kill of kills) {
        killed.start();
        if (killed.running.length === 0) break;
        if (kill % 3 === 0) killed.end(0);
        else killed.kill(kill);
      }
      killed.run();
      expect(killed.trials).toEqual(whole.trials);
    }),
    { numRuns: 30 },
  );
});

test('with fewer processes than before, interrupted trials are continued before anything is decided', () => {
  const state = {
    sweep: makeSweep({ stop: 'halving', rungs: [1, 3, 9], trialCount: 3, maxParallel: 1 }),
    trials: [makeTrial(1, [5]), makeTrial(2, [4, 4]), makeTrial(3, [])],
  };
  expect(nextJobs(state)).toEqual([{ trial: 2, untilEpoch: 3 }]);
});

test('a training that ended in all its epochs and has no results yet is continued', () => {
  const trials = [makeTrial(1, Array(9).fill(5))];
  expect(nextJobs({ sweep: makeSweep({ trialCount: 1 }), trials })).toEqual([{ trial: 1, untilEpoch: 9 }]);
});

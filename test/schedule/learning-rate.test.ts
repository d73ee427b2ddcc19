import fc from 'fast-check';
import type { Epoch } from '../../lib/contracts/results';
import { learningRateAt } from '../../lib/schedule/learning-rate';

const after = (...losses: number[]): Epoch[] =>
  losses.map((loss, index) => ({ epoch: index + 1, loss, acc: 0, val_loss: loss, val_acc: 0, seconds: 1 }));

test.each([
  ['constant', 0, [], 0.01],
  ['constant', 99, [3, 4, 5, 6], 0.01],
  ['cosine', 0, [], 0.01],
  ['cosine', 25, [], 0.01 * (0.5 + Math.SQRT1_2 / 2)],
  ['cosine', 50, [], 0.005],
  ['cosine', 100, [], 0],
  ['plateau', 30, [3, 2, 1], 0.01],
  ['plateau', 30, [3, 2, 2], 0.01],
  ['plateau', 40, [3, 2, 2, 2.5], 0.005],
  ['plateau', 60, [3, 2, 2, 2.5, 2.5, 2.5], 0.0025],
  ['plateau', 60, [3, 2, 2, 2.5, 1.9, 2.5], 0.005],
] as const)('%s after %i steps and the losses %j: %f', (schedule, step, losses, expected) => {
  const settings = { learningRate: 0.01, schedule, epochs: 10, warmupEpochs: 0 };
  const rate = learningRateAt(settings, { step, batchesPerEpoch: 10, history: after(...losses) });
  expect(rate).toBeCloseTo(expected, 12);
});

const schedules = ['constant', 'cosine', 'plateau', 'one-cycle'] as const;
const losses = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 10 });
const anyPosition = fc
  .record({
    schedule: fc.constantFrom(...schedules),
    learningRate: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    epochs: fc.integer({ min: 1, max: 50 }),
    batchesPerEpoch: fc.integer({ min: 1, max: 500 }),
    /** Parts of the run. */
    warmup: fc.double({ min: 0, max: 0.99, noNaN: true }),
    done: fc.double({ min: 0, max: 1, noNaN: true }),
    losses,
  })
  .map(({ schedule, learningRate, epochs, batchesPerEpoch, warmup, done, losses: values }) => ({
    settings: {
      schedule,
      learningRate,
      epochs,
      warmupEpochs: schedule === 'one-cycle' ? 0 : warmup * epochs,
    },
    position: {
      step: Math.round(done * epochs * batchesPerEpoch),
      batchesPerEpoch,
      history: after(...values),
    },
  }));

test('a rate is never below 0 or above the largest', () => {
  fc.assert(
    fc.property(anyPosition, ({ settings, position }) => {
      const rate = learningRateAt(settings, position);
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(settings.learningRate);
    }),
  );
});

test('only plateau looks at the history', () => {
  fc.assert(
    fc.property(anyPosition, losses, ({ settings, position }, other) => {
      fc.pre(settings.schedule !== 'plateau');
      const rate = learningRateAt(settings, { ...position, history: after(...other) });
      expect(rate).toBe(learningRateAt(settings, position));
    }),
  );
});

test('a warm-up rises in equal steps from 0, and constant and plateau go on where they would be without it', () => {
  fc.assert(
    fc.property(anyPosition, ({ settings, position }) => {
      const warmupSteps = settings.warmupEpochs * position.batchesPerEpoch;
      const rate = learningRateAt(settings, position);
      const cold = learningRateAt({ ...settings, warmupEpochs: 0 }, position);
      if (position.step < warmupSteps) {
        const from = settings.schedule === 'plateau' ? cold : settings.learningRate;
        expect(rate).toBeCloseTo(from * (position.step / warmupSteps), 12);
      } else if (settings.schedule !== 'cosine') expect(rate).toBe(cold);
    }),
  );
});

test('cosine without a warm-up is the formula of the paper, to the last bit', () => {
  fc.assert(
    fc.property(anyPosition, ({ settings: { learningRate, epochs }, position }) => {
      const rate = learningRateAt({ learningRate, epochs, schedule: 'cosine', warmupEpochs: 0 }, position);
      const angle = (Math.PI * position.step) / (epochs * position.batchesPerEpoch);
      expect(rate).toBe((learningRate / 2) * (1 + Math.cos(angle)));
    }),
  );
});

test.each([
  [0, 0.04],
  [5, 0.04 + 0.96 * 0.25],
  [10, 0.04 + 0.96 * 0.5],
  [20, 1],
  [40, 0.5 + Math.SQRT1_2 / 2],
  [60, 0.5],
  [80, 0.5 - Math.SQRT1_2 / 2],
  [100, 0],
])('one-cycle after %i of 100 steps: %f of the largest rate', (step, part) => {
  const settings = { learningRate: 0.3, schedule: 'one-cycle', epochs: 4, warmupEpochs: 0 } as const;
  const rate = learningRateAt(settings, { step, batchesPerEpoch: 25, history: [] });
  expect(rate).toBeCloseTo(0.3 * part, 12);
});

test.each([
  ['constant', 5, 0.005],
  ['constant', 10, 0.01],
  ['cosine', 5, 0.005],
  ['cosine', 10, 0.01],
  ['cosine', 55, 0.005],
  ['cosine', 100, 0],
  ['plateau', 5, 0.005],
] as const)('%s with a warm-up of 10 of 100 steps, after %i steps: %f', (schedule, step, expected) => {
  const settings = { learningRate: 0.01, schedule, epochs: 10, warmupEpochs: 1 };
  const rate = learningRateAt(settings, { step, batchesPerEpoch: 10, history: [] });
  expect(rate).toBeCloseTo(expected, 12);
});

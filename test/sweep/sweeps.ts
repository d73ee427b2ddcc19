import { type Sweep, spaceFileSchema, sweepSchema } from '../../lib/contracts/sweep';

/** A sweep as the command writes it. */
export function createSweep(space: unknown, changes: Partial<Sweep> = {}): Sweep {
  return sweepSchema.parse({
    schemaVersion: 1,
    sweepId: 'rates',
    createdAt: '2026-11-26T16:00:00.000Z',
    settings: { validationFraction: 0.1 },
    space: spaceFileSchema.shape.space.parse(space),
    trialCount: 12,
    sampler: 'random',
    samplerSeed: 1,
    stop: 'none',
    rungs: [10],
    metric: 'validation-loss',
    maxParallel: 1,
    maxFailed: 0,
    maxCostUsd: 0,
    ...changes,
  });
}

/** Dimensions of every form, some of them with conditions. */
export const mixedSpace = {
  momentum: { range: [0.5, 0.99], when: { optimizer: ['sgd'] } },
  nesterov: { values: [true, false], when: { optimizer: ['sgd'] } },
  optimizer: ['adam', 'sgd', 'adamw'],
  learningRate: { logRange: [0.0001, 0.1] },
  dropout: { range: [0, 0.5], step: 0.1 },
  hidden: [[512], [1024, 512], [64, 32, 16]],
  batchSize: { integers: [16, 512], log: true },
  epochs: { integers: [2, 9], step: 3 },
  emaDecay: { range: [0.9, 0.999] },
};

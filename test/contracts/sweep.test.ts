import fc from 'fast-check';
import { assertObjectKey, objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import {
  type Drawn,
  maxTrials,
  type SpaceFile,
  type Sweep,
  spaceFileSchema,
  sweepFailureSchema,
  sweepIdSchema,
  sweepResultsSchema,
  sweepSchema,
  trialRunId,
  winnerRunId,
} from '../../lib/contracts/sweep';

const sweep: Sweep = {
  schemaVersion: 1,
  sweepId: 'rates',
  createdAt: '2026-11-26T16:00:00.000Z',
  settings: { epochs: 27, validationFraction: 0.1 },
  space: { learningRate: { logRange: [0.0001, 0.01] }, hidden: { values: [[512], [1024, 512]] } },
  trialCount: 12,
  sampler: 'tpe',
  samplerSeed: 1,
  stop: 'halving',
  rungs: [3, 9, 27],
  metric: 'validation-loss',
  maxParallel: 1,
  maxFailed: 0,
  maxCostUsd: 0,
};

const drawn: Drawn = { learningRate: 0.001, hidden: [512] };
const trial = {
  trial: 1,
  runId: 'rates-1',
  drawn,
  status: 'finished',
  epochs: 27,
  value: 0.07,
  seconds: 80,
  costUsd: 0,
} as const;
const results = {
  schemaVersion: 1,
  sweepId: 'rates',
  createdAt: sweep.createdAt,
  finishedAt: '2026-11-26T17:00:00.000Z',
  metric: 'validation-loss',
  stop: 'none',
  rungs: [27],
  trialCount: 1,
  maxCostUsd: 0,
  trials: [trial],
  winner: {
    ...{ trial: 1, runId: 'rates-1', winnerRunId: 'rates-winner', testAccuracy: 0.98, testLoss: 0.06 },
    costUsd: 0,
  },
  summary: null,
} as const;

test('every sweep id makes run ids and keys that are allowed', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,71}$/),
      fc.integer({ min: 1, max: maxTrials }),
      (id, number) => {
        expect(sweepIdSchema.parse(id)).toBe(id);
        for (const runId of [trialRunId(id, number), winnerRunId(id)])
          expect(runIdSchema.safeParse(runId).success).toBe(true);
        const keys = [objectKeys.sweep(id), objectKeys.sweepFailure(id, number), objectKeys.sweepResults(id)];
        for (const key of [...keys, objectKeys.sweepPage(id)]) {
          assertObjectKey(key);
          expect(key.startsWith(`sweeps/${id}/`)).toBe(true);
        }
      },
    ),
  );
});

test.each(['', '-a', '_a', 'a/b', '../a', 'a'.repeat(73)])('%j is no sweep id', (id) => {
  expect(sweepIdSchema.safeParse(id).success).toBe(false);
});

test.each([
  ['trialCount 0', { trialCount: 0 }],
  ['too many trials', { trialCount: maxTrials + 1 }],
  ['rungs that fall', { rungs: [9, 3] }],
  ['a rung twice', { rungs: [3, 3] }],
  ['an unknown sampler', { sampler: 'bayes' }],
  ['the test set as metric', { metric: 'test-accuracy' }],
  ['a negative budget', { maxCostUsd: -1 }],
  ['an unknown entry', { trials: 3 }],
])('a sweep with %s is refused', (_what, change) => {
  expect(sweepSchema.parse(sweep)).toEqual(sweep);
  expect(sweepSchema.safeParse({ ...sweep, ...change }).success).toBe(false);
});

test('results have a value for each trial, or none for one that failed', () => {
  const error = { name: 'TrainingDiverged', message: 'The loss became NaN.' };
  const failed = { ...trial, trial: 2, status: 'failed', epochs: 0, value: null, error } as const;
  const whole = { ...results, trials: [trial, failed] };
  expect(sweepResultsSchema.parse(whole)).toEqual(whole);
  const summary = { mean: 0.07, standardDeviation: 0.01, interval: [0.06, 0.08] };
  expect(sweepResultsSchema.safeParse({ ...results, winner: null, summary }).success).toBe(true);
  expect(
    sweepResultsSchema.safeParse({ ...results, trials: [{ ...trial, value: Number.NaN }] }).success,
  ).toBe(false);
  const failure = { schemaVersion: 1, sweepId: 'rates', trial: 2, ...error, failedAt: results.finishedAt };
  expect(sweepFailureSchema.parse(failure)).toEqual(failure);
});

describe('the space file', () => {
  const parse = (file: unknown): SpaceFile => parseOrThrow(spaceFileSchema, file, 'The space file');

  test('a list is short for an object with values', () => {
    expect(parse({ space: { optimizer: ['adam', 'sgd'], hidden: [[512], [64, 32]] } })).toEqual({
      settings: {},
      space: { optimizer: { values: ['adam', 'sgd'] }, hidden: { values: [[512], [64, 32]] } },
    });
  });

  test.each<[string, unknown, string]>([
    ['an entry beside settings and space', { space: {}, trials: 3 }, '"trials"'],
    ['no space', { settings: {} }, '"space"'],
    [
      'a number for a dimension',
      { space: { dropout: 0.3 } },
      '"space.dropout": a list of values or an object',
    ],
    ['an unknown word', { space: { dropout: { uniform: [0, 1] } } }, '"uniform"'],
    ['an empty list', { space: { dropout: [] } }, '"space.dropout.values": at least one value'],
    ['one bound', { space: { dropout: { range: [0.1] } } }, '"space.dropout.range"'],
    ['null as a value', { space: { dropout: [null] } }, 'a value is text, a number, true, false'],
    ['lists in lists', { space: { hidden: [[[512]]] } }, 'a value is text, a number, true, false'],
    ['a step of 0', { space: { dropout: { range: [0, 1], step: 0 } } }, '"space.dropout.step"'],
    [
      'a condition without values',
      { space: { momentum: { values: [0], when: { optimizer: [] } } } },
      'optimizer',
    ],
  ])('with %s is refused by name', (_what, file, named) => {
    expect(() => parse(file)).toThrow(named);
  });
});

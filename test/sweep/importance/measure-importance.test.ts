import type { Drawn, Sweep } from '../../../lib/contracts/sweep';
import { measureImportance, minImportanceTrials } from '../../../lib/sweep/importance/measure-importance';

type Space = Sweep['space'];

/** Trial k of the additive recurrence with generalized golden ratios: even coverage, from a formula. */
function spread(trial: number, dimension: number): number {
  const ratio = [0.819_172_513_396_164_4, 0.671_043_606_703_789_3, 0.549_700_477_901_970_3][dimension]!;
  return (0.5 + ratio * trial) % 1;
}

function trialsOf(count: number, draw: (trial: number) => Drawn, value: (drawn: Drawn) => number) {
  return Array.from({ length: count }, (_, index) => {
    const drawn = draw(index + 1);
    return { drawn, value: value(drawn) };
  });
}

const shareOf = (importance: ReturnType<typeof measureImportance>, setting: string) =>
  importance!.shares.find(({ name }) => name === setting)!.share;

const plane: Space = { learningRate: { range: [0, 1] }, dropout: { range: [0, 1] }, l2: { range: [0, 1] } };
const drawPlane = (trial: number) => ({
  learningRate: spread(trial, 0),
  dropout: spread(trial, 1),
  l2: spread(trial, 2),
});

// A sum of a·x over independent uniform x: each has a² of the variance.
test.each([50, 200])('%d trials of 3x + y: 90 % and 10 %, and nothing for what has no effect', (count) => {
  const trials = trialsOf(
    count,
    drawPlane,
    ({ learningRate, dropout }) => 3 * Number(learningRate) + Number(dropout),
  );
  const importance = measureImportance(plane, trials)!;
  expect(importance.shares.map(({ name }) => name)).toEqual(['learningRate', 'dropout', 'l2']);
  expect(Math.abs(shareOf(importance, 'learningRate') - 0.9)).toBeLessThan(0.05);
  expect(Math.abs(shareOf(importance, 'dropout') - 0.1)).toBeLessThan(0.05);
  expect(shareOf(importance, 'l2')).toBeLessThan(0.02);
  expect(importance.fit).toBeGreaterThan(0.8);
});

test('a product of centered settings is explained by both together, and by none alone', () => {
  const trials = trialsOf(
    200,
    drawPlane,
    ({ learningRate, dropout }) => (Number(learningRate) - 0.5) * (Number(dropout) - 0.5),
  );
  const importance = measureImportance(plane, trials)!;
  expect(importance.together).toBeGreaterThan(0.7);
});

test('a log range counts on its own scale', () => {
  const space: Space = { learningRate: { logRange: [1e-4, 1] }, dropout: { range: [0, 1] } };
  const trials = trialsOf(
    100,
    (trial) => ({ learningRate: 10 ** (4 * spread(trial, 0) - 4), dropout: spread(trial, 1) }),
    // Both vary by 1 over the space.
    ({ learningRate, dropout }) => Math.log10(Number(learningRate)) / 4 + Number(dropout),
  );
  const importance = measureImportance(space, trials);
  expect(Math.abs(shareOf(importance, 'learningRate') - 0.5)).toBeLessThan(0.07);
  expect(Math.abs(shareOf(importance, 'dropout') - 0.5)).toBeLessThan(0.07);
});

test('categories, lists and numbers of a list', () => {
  const space: Space = {
    hidden: { values: [[512], [1024, 512], [64]] },
    optimizer: { values: ['adam', 'sgd'] },
    batchSize: { values: [128, 256] },
  };
  const widths = new Map([
    ['[512]', 1],
    ['[1024,512]', 0],
    ['[64]', 2],
  ]);
  const trials = trialsOf(
    60,
    (trial) => ({
      hidden: space['hidden']!.values![trial % 3]!,
      optimizer: trial % 4 < 2 ? 'adam' : 'sgd',
      batchSize: trial % 10 < 5 ? 128 : 256,
    }),
    // Variances 2/3 and 1/4.
    ({ hidden, optimizer }) => widths.get(JSON.stringify(hidden))! + (optimizer === 'sgd' ? 1 : 0),
  );
  const importance = measureImportance(space, trials);
  expect(Math.abs(shareOf(importance, 'hidden') - 8 / 11)).toBeLessThan(0.04);
  expect(Math.abs(shareOf(importance, 'optimizer') - 3 / 11)).toBeLessThan(0.04);
  expect(shareOf(importance, 'batchSize')).toBeLessThan(0.02);
});

test('a setting that exists beside one optimizer only counts for the half of the space that has it', () => {
  const space: Space = {
    optimizer: { values: ['adam', 'sgd'] },
    momentum: { range: [0, 1], when: { optimizer: ['sgd'] } },
  };
  const trials = trialsOf(
    200,
    (trial): Drawn =>
      trial % 2 === 0 ? { optimizer: 'adam' } : { optimizer: 'sgd', momentum: spread(trial, 0) },
    // Half of the variance of the momentum (1/12), and 1/64 between the optimizers, whose means differ by 1/4.
    ({ momentum }) => (momentum === undefined ? 0.25 : Number(momentum)),
  );
  const importance = measureImportance(space, trials);
  const total = 1 / 24 + 1 / 64;
  expect(Math.abs(shareOf(importance, 'momentum') - 1 / 24 / total)).toBeLessThan(0.05);
  expect(Math.abs(shareOf(importance, 'optimizer') - 1 / 64 / total)).toBeLessThan(0.05);
});

test('trials that crowd in one corner do not hide what a setting does elsewhere', () => {
  const crowded = (trial: number) => (trial % 4 === 0 ? spread(trial, 0) : 0.1 * spread(trial, 0));
  const trials = trialsOf(
    200,
    (trial) => ({ ...drawPlane(trial), learningRate: crowded(trial) }),
    ({ learningRate, dropout }) => 3 * Number(learningRate) + Number(dropout),
  );
  expect(Math.abs(shareOf(measureImportance(plane, trials), 'learningRate') - 0.9)).toBeLessThan(0.06);
});

test.each([
  { name: 'too few trials', count: minImportanceTrials - 1, draw: drawPlane },
  { name: 'equal settings', count: 20, draw: () => ({ learningRate: 0.5 }) },
])('there is none: $name', ({ count, draw }) => {
  const trials = trialsOf(count, draw, ({ learningRate }) => Number(learningRate));
  expect(measureImportance(plane, trials)).toBeUndefined();
});

test.each([
  { name: 'equal values', value: () => 0.5 },
  {
    name: 'values without any relation to the settings',
    value: (index: number) => (index * index * 0.618_033) % 1,
  },
])('there is nothing to explain: $name', ({ value }) => {
  const trials = trialsOf(60, drawPlane, () => 0).map((trial, index) => ({ ...trial, value: value(index) }));
  expect(measureImportance(plane, trials)).toBeUndefined();
});

test('the same trials have the same importance', () => {
  const trials = trialsOf(30, drawPlane, ({ dropout }) => Number(dropout));
  expect(measureImportance(plane, trials)).toEqual(measureImportance(plane, trials));
});

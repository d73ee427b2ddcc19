import type { Drawn, Sweep } from '../../../lib/contracts/sweep';
import { dimensionsOf } from '../../../lib/sweep/dimensions';
import { axisOf, countValues } from '../../../lib/sweep/domain';
import { gridTrials } from '../../../lib/sweep/samplers/grid';
import { estimateDistribution } from '../../../lib/sweep/samplers/parzen-estimator';
import { drawRandom } from '../../../lib/sweep/samplers/random';
import { drawTpe, type Observation } from '../../../lib/sweep/samplers/tpe';
import { lowest, search, searchObjectives } from '../../support/search-objectives';

const seeds = [1, 2, 3, 4];
const trialCount = 60;

test.each(['branin', 'bowl'] as const)('on %s TPE is better than random draws on the same budget', (name) => {
  const regrets = (draw: typeof drawTpe) =>
    seeds.map((seed) => lowest(search(searchObjectives[name], draw, seed, trialCount)));
  const geometricMean = (values: readonly number[]) =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  const [tpe, random] = [regrets(drawTpe), regrets(drawRandom)];
  expect(geometricMean(tpe)).toBeLessThan(0.75 * geometricMean(random));
  expect(tpe.filter((regret, index) => regret < random[index]!).length).toBeGreaterThanOrEqual(3);
});

test('the first ten trials are those of random draws', () => {
  const [tpe, random] = [drawTpe, drawRandom].map((draw) => search(searchObjectives.branin, draw, 3, 11));
  expect(tpe!.slice(0, 10)).toEqual(random!.slice(0, 10));
  expect(tpe![10]).not.toEqual(random![10]);
});

test('a setting that some trials lack is learnt from those that have it', () => {
  const space: Sweep['space'] = {
    momentum: { range: [0, 1], when: { optimizer: ['sgd'] } },
    optimizer: { values: ['adam', 'adamw', 'sgd'] },
  };
  const regretOf = ({ optimizer, momentum }: Drawn) =>
    optimizer === 'sgd' ? Math.abs(Number(momentum) - 0.8) : 1;
  const late = search({ space, regretOf }, drawTpe, 1, 50).slice(-20);
  expect(late.filter(({ drawn }) => drawn['optimizer'] === 'sgd').length).toBeGreaterThan(12);
  expect(lowest(late)).toBeLessThan(0.02);
});

describe('trials without a value', () => {
  const space: Sweep['space'] = { x: { range: [0, 1] } };
  const dimensions = dimensionsOf(space);
  const valued = search({ space, regretOf: ({ x }) => Math.abs(Number(x) - 0.5) }, drawRandom, 1, 12);
  const without = (x: number): Observation => ({ drawn: { x }, value: Number.POSITIVE_INFINITY });
  const placesAfter = (observed: readonly Observation[]) =>
    Array.from({ length: 40 }, (_, seed) => Number(drawTpe(dimensions, seed, 13, observed)['x']));
  const countNear = (center: number, places: readonly number[]) =>
    places.filter((place) => Math.abs(place - center) < 0.05).length;

  it('are avoided', () => {
    const best = Number([...valued].sort((a, b) => a.value - b.value)[0]!.drawn['x']);
    const running = Array.from({ length: 6 }, () => without(best));
    const before = countNear(best, placesAfter(valued));
    expect(before).toBeGreaterThan(10);
    expect(countNear(best, placesAfter([...valued, ...running]))).toBeLessThan(before / 2);
  });

  it('do not end the random draws', () => {
    const few = [...valued.slice(0, 9), without(0.5), without(0.6)];
    expect(drawTpe(dimensions, 1, 12, few)).toEqual(drawRandom(dimensions, 1, 12));
  });
});

test('thousands of trials and settings are drawn from without overflow', () => {
  const space = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`x${index}`, { range: [0, 1e-9] as [number, number] }]),
  );
  const observed = search({ space, regretOf: ({ x0 }) => Number(x0) }, drawRandom, 1, 400);
  const { sample, logDensity } = estimateDistribution(
    dimensionsOf(space),
    observed.map(({ drawn }) => drawn),
  );
  const drawn = sample(0.3, () => 0.5);
  expect(Number.isFinite(logDensity(drawn))).toBe(true);
  expect(logDensity(drawn)).toBeGreaterThan(0);
});

describe('an estimated distribution', () => {
  const units = Array.from({ length: 2000 }, (_, index) => (index + 0.5) / 2000);
  const estimate = (space: Sweep['space'], observed: readonly Drawn[]) =>
    estimateDistribution(dimensionsOf(space), observed);

  test.each<[string, Sweep['space'], readonly Drawn[]]>([
    ['a list', { x: { values: ['a', 'b', 'c'] } }, [{ x: 'b' }, { x: 'b' }, { x: 'c' }]],
    ['a list without observations', { x: { values: ['a', 'b', 'c'] } }, []],
    ['integers', { x: { integers: [1, 9] } }, [{ x: 2 }, { x: 2 }, { x: 9 }]],
    ['integers by logarithm', { x: { integers: [1, 64], log: true } }, [{ x: 1 }, { x: 3 }, { x: 64 }]],
    ['steps', { x: { range: [0, 0.5], step: 0.1 } }, [{ x: 0.3 }]],
    [
      'two settings',
      { x: { integers: [1, 9] }, y: { values: ['a', 'b'] } },
      [
        { x: 2, y: 'a' },
        { x: 9, y: 'b' },
      ],
    ],
    [
      'a setting that some trials lack',
      { x: { integers: [1, 9], when: { y: ['a'] } }, y: { values: ['a', 'b'] } },
      [{ x: 2, y: 'a' }, { y: 'b' }, { y: 'b' }],
    ],
  ])('of %s adds up to 1', (_name, space, observed) => {
    const { logDensity } = estimate(space, observed);
    const dimensions = dimensionsOf(space);
    // The probability of an even draw, times how much more probable it is.
    const probabilities = [...gridTrials(dimensions)].map((drawn) =>
      dimensions.reduce(
        (product, { name, domain }) => (drawn[name] === undefined ? product : product / countValues(domain)),
        Math.exp(logDensity(drawn)),
      ),
    );
    expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 9);
  });

  test.each<[string, Sweep['space'], readonly number[]]>([
    ['real numbers', { x: { range: [-2, 3] } }, [-2, 0, 0.1, 3]],
    ['real numbers by logarithm', { x: { logRange: [0.001, 1] } }, [0.01, 0.02]],
    ['thirty old and new observations', { x: { range: [0, 1] } }, units.slice(0, 30)],
  ])('of %s integrates to 1, and samples follow it', (_name, space, observed) => {
    const { domain } = dimensionsOf(space)[0]!;
    if (domain.kind !== 'continuous') throw new Error('no interval');
    const { low, high, toAxis, fromAxis } = axisOf(domain);
    const { logDensity, sample } = estimate(
      space,
      observed.map((x) => ({ x })),
    );
    const middle = (low + high) / 2;
    const places = units.map((unit) => low + unit * (high - low));
    const parts = places.map((place) => Math.exp(logDensity({ x: fromAxis(place) })) / units.length);
    const integral = (until: number) =>
      parts.reduce((sum, part, index) => (places[index]! < until ? sum + part : sum), 0);
    expect(integral(high)).toBeCloseTo(1, 3);
    // Every 1237th place, a step without a common factor, so that both numbers go through all of their values.
    const samples = units.map((unit, index) =>
      toAxis(Number(sample(unit, () => units[(index * 1237) % units.length]!)['x'])),
    );
    const below = samples.filter((value) => value < middle).length / samples.length;
    expect(Math.abs(below - integral(middle))).toBeLessThan(0.02);
  });

  it('knows which values were together', () => {
    const space: Sweep['space'] = { x: { range: [0, 1] }, y: { values: ['a', 'b'] } };
    const near = (x: number, y: string) => Array.from({ length: 8 }, () => ({ x, y }));
    const { logDensity } = estimate(space, [...near(0.2, 'a'), ...near(0.8, 'b')]);
    expect(logDensity({ x: 0.2, y: 'a' })).toBeGreaterThan(logDensity({ x: 0.2, y: 'b' }) + 1);
    expect(logDensity({ x: 0.8, y: 'b' })).toBeGreaterThan(logDensity({ x: 0.8, y: 'a' }) + 1);
  });

  it('draws all settings near the same trial, and one that it lacks from the whole range', () => {
    const space: Sweep['space'] = {
      x: { range: [0, 1] },
      kind: { values: ['a', 'b'] },
      y: { range: [0, 1], when: { kind: ['a'] } },
    };
    const { sample } = estimate(space, [
      ...Array.from({ length: 20 }, () => ({ x: 0.1, kind: 'a', y: 0.9 })),
      ...Array.from({ length: 20 }, () => ({ x: 0.9, kind: 'b' })),
    ]);
    const drawn = units.map((unit, index) =>
      sample(unit, (name) => units[(index * (name === 'x' ? 1237 : name === 'y' ? 701 : 391)) % 2000]!),
    );
    const share = (isCounted: (drawn: Drawn) => boolean, among: readonly Drawn[]) =>
      among.filter(isCounted).length / among.length;
    const ofFirst = drawn.filter(({ x, kind }) => Number(x) < 0.4 && kind === 'a');
    const ofSecond = drawn.filter(({ x, kind }) => Number(x) > 0.6 && kind === 'a');
    expect(share(({ y }) => Number(y) > 0.6, ofFirst)).toBeGreaterThan(0.9);
    expect(share(({ y }) => Number(y) > 0.6, ofSecond)).toBeLessThan(0.6);
    expect(ofSecond.length).toBeGreaterThan(5);
  });
});

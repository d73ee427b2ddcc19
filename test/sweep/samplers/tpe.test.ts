import type { Drawn, Sweep } from '../../../lib/contracts/sweep';
import { dimensionsOf } from '../../../lib/sweep/dimensions';
import { axisOf, domainOf } from '../../../lib/sweep/domain';
import { estimateDistribution } from '../../../lib/sweep/samplers/parzen-estimator';
import { drawRandom } from '../../../lib/sweep/samplers/random';
import { drawTpe, type Observation } from '../../../lib/sweep/samplers/tpe';

type Objective = (drawn: Drawn) => number;

const numberOf = (drawn: Drawn, name: string) => Number(drawn[name]);

/** F. H. Branin (1972): three minima of 0.397887. */
const branin: Objective = (drawn) => {
  const [x, y] = [numberOf(drawn, 'x'), numberOf(drawn, 'y')];
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
};
const braninSpace = { x: { range: [-5, 10] }, y: { range: [0, 15] } } satisfies Record<string, unknown>;

/** A quadratic of 5 numbers on different scales. */
const bowl: Objective = (drawn) =>
  (Math.log10(numberOf(drawn, 'rate')) + 3) ** 2 +
  (numberOf(drawn, 'a') - 0.3) ** 2 +
  (numberOf(drawn, 'b') + 0.7) ** 2 +
  ((numberOf(drawn, 'units') - 20) / 30) ** 2 +
  (numberOf(drawn, 'c') - 0.6) ** 2;
const bowlSpace = {
  rate: { logRange: [1e-6, 1] },
  a: { range: [-1, 1] },
  b: { range: [-1, 1] },
  units: { integers: [1, 64] },
  c: { range: [0, 1], step: 0.1 },
} satisfies Record<string, unknown>;

const budget = 60;

function search(space: unknown, objective: Objective, draw: typeof drawTpe, seed: number): Observation[] {
  const dimensions = dimensionsOf(space as Sweep['space']);
  const observed: Observation[] = [];
  for (let trial = 1; trial <= budget; trial += 1) {
    const drawn = draw(dimensions, seed, trial, observed);
    observed.push({ drawn, value: objective(drawn) });
  }
  return observed;
}

const best = (observed: readonly Observation[]) => Math.min(...observed.map(({ value }) => value));
const seeds = [1, 2, 3, 4];

test.each<[string, unknown, Objective, number]>([
  ['Branin’s function', braninSpace, branin, 0.397887],
  ['a quadratic of five settings', bowlSpace, bowl, 0],
])('on %s TPE is better than random draws on the same budget', (_name, space, objective, minimum) => {
  const regrets = (draw: typeof drawTpe) =>
    seeds.map((seed) => best(search(space, objective, draw, seed)) - minimum);
  const geometricMean = (values: readonly number[]) =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  const [tpe, random] = [regrets(drawTpe), regrets(drawRandom)];
  expect(geometricMean(tpe)).toBeLessThan(geometricMean(random) / 2);
  expect(tpe.filter((regret, index) => regret < random[index]!).length).toBeGreaterThanOrEqual(3);
});

test('the first ten trials are those of random draws', () => {
  const tpe = search(braninSpace, branin, drawTpe, 3);
  const random = search(braninSpace, branin, drawRandom, 3);
  expect(tpe.slice(0, 10)).toEqual(random.slice(0, 10));
  expect(tpe[10]).not.toEqual(random[10]);
});

test('a setting that some trials lack is learnt from those that have it', () => {
  const space = {
    momentum: { range: [0, 1], when: { optimizer: ['sgd'] } },
    optimizer: { values: ['adam', 'adamw', 'sgd'] },
  };
  const objective: Objective = ({ optimizer, momentum }) =>
    optimizer === 'sgd' ? Math.abs(Number(momentum) - 0.8) : 1;
  const observed = search(space, objective, drawTpe, 1);
  const late = observed.slice(-20);
  expect(late.filter(({ drawn }) => drawn['optimizer'] === 'sgd').length).toBeGreaterThan(12);
  expect(best(late)).toBeLessThan(0.02);
});

describe('an estimated distribution', () => {
  const units = Array.from({ length: 2000 }, (_, index) => (index + 0.5) / 2000);

  test.each<[string, Parameters<typeof domainOf>[0], readonly (string | number)[]]>([
    ['a list', { values: ['a', 'b', 'c'] }, ['b', 'b', 'c']],
    ['a list without observations', { values: ['a', 'b', 'c'] }, []],
    ['integers', { integers: [1, 9] }, [2, 2, 9]],
    ['integers on a log scale', { integers: [1, 64], log: true }, [1, 3, 64]],
    ['steps', { range: [0, 0.5], step: 0.1 }, [0.3]],
  ])('of %s adds up to 1', (_name, given, observed) => {
    const domain = domainOf(given);
    if (domain.kind === 'continuous') throw new Error('not a list of values');
    const { logProbability } = estimateDistribution(domain, observed);
    const values =
      domain.kind === 'choice'
        ? domain.values
        : Array.from({ length: domain.count }, (_, index) =>
            Number((domain.low + index * domain.step).toPrecision(12)),
          );
    expect(values.reduce((sum: number, value) => sum + Math.exp(logProbability(value)), 0)).toBeCloseTo(1, 9);
  });

  test.each<[string, Parameters<typeof domainOf>[0], readonly number[]]>([
    ['real numbers', { range: [-2, 3] }, [-2, 0, 0.1, 3]],
    ['real numbers on a log scale', { logRange: [0.001, 1] }, [0.01, 0.02]],
    ['thirty old and new observations', { range: [0, 1] }, units.slice(0, 30)],
  ])('of %s integrates to 1, and samples follow it', (_name, given, observed) => {
    const domain = domainOf(given);
    if (domain.kind !== 'continuous') throw new Error('no interval');
    const { low, high, toAxis, fromAxis } = axisOf(domain);
    const { logProbability, sample } = estimateDistribution(domain, observed);
    const middle = (low + high) / 2;
    const places = units.map((unit) => low + unit * (high - low));
    const densities = places.map(
      (place) => (Math.exp(logProbability(fromAxis(place))) * (high - low)) / units.length,
    );
    const integral = (until: number) =>
      densities.reduce((sum, density, index) => (places[index]! < until ? sum + density : sum), 0);
    expect(integral(high)).toBeCloseTo(1, 3);
    // Every 1237th place, a step without a common factor, so that both numbers go through all of their values.
    const samples = units.map((unit, index) =>
      toAxis(Number(sample(unit, units[(index * 1237) % units.length]!))),
    );
    const below = samples.filter((value) => value < middle).length / samples.length;
    expect(Math.abs(below - integral(middle))).toBeLessThan(0.02);
  });
});

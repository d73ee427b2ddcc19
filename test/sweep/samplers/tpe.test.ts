import type { Drawn, Sweep } from '../../../lib/contracts/sweep';
import { axisOf, domainOf } from '../../../lib/sweep/domain';
import { estimateDistribution } from '../../../lib/sweep/samplers/parzen-estimator';
import { drawRandom } from '../../../lib/sweep/samplers/random';
import { drawTpe } from '../../../lib/sweep/samplers/tpe';
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

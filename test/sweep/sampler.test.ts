import fc from 'fast-check';
import { runConfigSchema } from '../../lib/contracts/run-config';
import type { Drawn, Sweep } from '../../lib/contracts/sweep';
import { dimensionsOf, isActive } from '../../lib/sweep/dimensions';
import { createMembershipTest } from '../../lib/sweep/domain';
import { configOf, drawTrial } from '../../lib/sweep/sampler';
import { checkSpace } from '../../lib/sweep/space';
import { createSweep, mixedSpace } from './sweeps';

/** Observed trials with values that depend on what was drawn. */
const observe = (sweep: Sweep, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const drawn = drawTrial({ ...sweep, sampler: 'random' }, index + 1, []);
    return { drawn, value: Math.abs(Math.log(Number(drawn['learningRate']) / 0.003)) };
  });

const searching = ['random', 'sobol', 'tpe'] as const;

test.each(searching)(
  'every draw of %s is in its dimension, present as its condition says, and can be trained',
  (sampler) => {
    const dimensions = dimensionsOf(createSweep(mixedSpace).space);
    const membership = new Map(dimensions.map(({ name, domain }) => [name, createMembershipTest(domain)]));
    const observed = observe(createSweep(mixedSpace), 30);
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.integer({ min: 1, max: 10_000 }), (samplerSeed, trial) => {
        const sweep = createSweep(mixedSpace, { sampler, samplerSeed });
        const drawn = drawTrial(sweep, trial, observed);
        for (const dimension of dimensions) {
          expect(Object.hasOwn(drawn, dimension.name)).toBe(isActive(dimension, drawn));
          const value = drawn[dimension.name];
          if (value !== undefined)
            expect([dimension.name, value, membership.get(dimension.name)!(value)]).toEqual([
              dimension.name,
              value,
              true,
            ]);
        }
        const config = configOf(sweep, drawn, trial);
        expect(runConfigSchema.parse(config)).toEqual(config);
        expect(config).toMatchObject(drawn);
      }),
      { numRuns: 30 },
    );
  },
);

test.each(searching)('%s draws the same again, and something else for another trial or seed', (sampler) => {
  const sweep = createSweep(mixedSpace, { sampler });
  const observed = observe(sweep, 12);
  const third = drawTrial(sweep, 3, observed);
  expect(drawTrial(structuredClone(sweep), 3, structuredClone(observed))).toEqual(third);
  expect(drawTrial(sweep, 4, observed)).not.toEqual(third);
  expect(drawTrial({ ...sweep, samplerSeed: 2 }, 3, observed)).not.toEqual(third);
  expect(drawTrial({ ...sweep, trialCount: 99 }, 3, observed)).toEqual(third);
});

test.each(searching)('the order of the settings in the file changes nothing for %s', (sampler) => {
  const reversed = Object.fromEntries(Object.entries(mixedSpace).reverse());
  const observed = observe(createSweep(mixedSpace), 12);
  for (const trial of [1, 2, 3, 50]) {
    const draw = (space: unknown) => drawTrial(createSweep(space, { sampler }), trial, observed);
    expect(draw(reversed)).toEqual(draw(mixedSpace));
  }
});

test('a setting that is added to the space leaves the random draws of the others as they are', () => {
  const { emaDecay, ...without } = mixedSpace;
  for (const trial of [1, 2, 3]) {
    expect(drawTrial(createSweep({ ...without, emaDecay }), trial, [])).toMatchObject(
      drawTrial(createSweep(without), trial, []),
    );
  }
});

test('random draws are even over the values, and over the logarithm where the file says so', () => {
  const sweep = createSweep({ ...mixedSpace, epochs: [1, 2, 3, 4] });
  const trials = Array.from({ length: 2000 }, (_, index) => drawTrial(sweep, index + 1, []));
  const share = (isCounted: (drawn: Drawn) => boolean) => trials.filter(isCounted).length / trials.length;
  // Five standard deviations of a share of a half.
  const tolerance = 5 * Math.sqrt(0.25 / trials.length);
  const expectShare = (actual: number, expected: number) =>
    expect(Math.abs(actual - expected)).toBeLessThan(tolerance);
  expectShare(
    share(({ learningRate }) => Number(learningRate) < Math.sqrt(0.0001 * 0.1)),
    0.5,
  );
  expectShare(
    share(({ batchSize }) => Number(batchSize) < Math.sqrt(15.5 * 512.5)),
    0.5,
  );
  expectShare(
    share(({ emaDecay }) => Number(emaDecay) < 0.95),
    0.05 / 0.099,
  );
  expectShare(
    share(({ optimizer }) => optimizer === 'sgd'),
    1 / 3,
  );
  for (const epochs of [1, 4])
    expectShare(
      share((drawn) => drawn['epochs'] === epochs),
      1 / 4,
    );
  for (const dropout of [0, 0.3, 0.5])
    expectShare(
      share((drawn) => drawn['dropout'] === dropout),
      1 / 6,
    );
});

test('a grid goes through all combinations, the first setting of the file changing slowest', () => {
  const space = {
    batchSize: [128, 256],
    momentum: { range: [0.7, 0.9], step: 0.1, when: { optimizer: ['sgd'] } },
    optimizer: ['adam', 'sgd'],
  };
  const sweep = createSweep(space, { sampler: 'grid', trialCount: 8 });
  const trials = Array.from({ length: 8 }, (_, index) => drawTrial(sweep, index + 1, []));
  const ofBatchSize = (batchSize: number) => [
    { batchSize, optimizer: 'adam' },
    ...[0.7, 0.8, 0.9].map((momentum) => ({ batchSize, optimizer: 'sgd', momentum })),
  ];
  expect(trials).toEqual([...ofBatchSize(128), ...ofBatchSize(256)]);
  expect(() => drawTrial(sweep, 9, [])).toThrow('The grid has 8 combinations, so there is no trial 9.');
});

test('a sweep over seeds counts from the given seed on', () => {
  const sweep = createSweep(
    {},
    { sampler: 'seeds', settings: { validationFraction: 0.1, seed: 7 }, trialCount: 3 },
  );
  expect(() => checkSpace(sweep, 'The sweep')).not.toThrow();
  const seeds = [1, 2, 3].map((trial) => configOf(sweep, drawTrial(sweep, trial, []), trial).seed);
  expect(seeds).toEqual([7, 8, 9]);
  const default1 = createSweep({}, { sampler: 'seeds' });
  expect(drawTrial(default1, 1, [])).toEqual({ seed: 1 });
  const last = { ...sweep, settings: { ...sweep.settings, seed: 0xffff_ffff } };
  expect(() => checkSpace(last, 'The sweep')).toThrow('"settings.seed": Too big');
  expect(() => checkSpace({ ...sweep, space: { dropout: { values: [0] } } }, 'The sweep')).toThrow(
    '"space" must be empty',
  );
});

test('a trial has neither the threshold of the winner nor its own name; settings of a preset give way', () => {
  const settings = { validationFraction: 0.1, minAccuracy: 0.99, preset: 'cnn', modelName: 'mine' };
  const config = configOf(
    createSweep({ dropout: [0] }, { settings }),
    { optimizer: 'sgd', momentum: 0.8 },
    1,
  );
  expect(config).toMatchObject({
    minAccuracy: 0,
    modelName: 'mine',
    model: 'cnn',
    optimizer: 'sgd',
    momentum: 0.8,
  });
});

test('a configuration that cannot be trained is refused with its trial', () => {
  expect(() => configOf(createSweep({ dropout: [0] }), { dropout: 2 }, 3)).toThrow(
    'The configuration of trial 3 (run rates-3) cannot be used. "dropout": Too big',
  );
});

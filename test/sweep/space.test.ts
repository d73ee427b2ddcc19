import { readdirSync, readFileSync } from 'node:fs';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type Sweep, spaceFileSchema } from '../../lib/contracts/sweep';
import { checkSpace } from '../../lib/sweep/space';

type Options = Partial<Pick<Sweep, 'sampler' | 'trialCount' | 'stop'>>;

/** Checks a space file as the command does. */
function check(file: unknown, { sampler = 'random', trialCount = 12, stop = 'none' }: Options = {}): void {
  const { settings, space } = parseOrThrow(spaceFileSchema, file, 'The space file');
  checkSpace({ settings, space, sampler, trialCount, stop }, 'The space file');
}

const validated = { validationFraction: 0.1 };
const checkDimensions = (space: unknown, options?: Options) => check({ settings: validated, space }, options);

test('the example of every form can be used', () => {
  const file = {
    settings: { epochs: 27, ...validated, elasticPixels: 8 },
    space: {
      learningRate: { logRange: [0.0001, 0.01] },
      dropout: { range: [0, 0.5], step: 0.1 },
      batchSize: [128, 256, 512],
      hidden: { values: [[512], [1024, 512, 256]], when: { preset: ['default'] } },
      filters: { values: [[8], [8, 16]], when: { preset: ['cnn'] } },
      elasticSigma: { integers: [2, 8], log: false },
      optimizer: ['adam', 'sgd'],
      momentum: { range: [0.5, 0.99], when: { optimizer: ['sgd'] } },
      preset: { values: ['default', 'cnn'] },
    },
  };
  expect(() => check(file)).not.toThrow();
  expect(() => check(file, { sampler: 'tpe' })).not.toThrow();
});

test.each<[string, unknown, string]>([
  [
    'an unknown setting',
    { lerningRate: [0.1] },
    '"space.lerningRate" is not a setting. Did you mean "learningRate"?',
  ],
  [
    'a name like no setting',
    { xyzzyx: [1] },
    '"space.xyzzyx" is not a setting; "mnist-pipeline schema" lists them.',
  ],
  ['a name of every object', JSON.parse('{"constructor": [1]}'), '"space.constructor" is not a setting'],
  ['nothing to draw from', { dropout: {} }, '"space.dropout": it needs one of "values", "range"'],
  ['two forms', { dropout: { values: [0], range: [0, 1] } }, 'it has "values" and "range", and only one'],
  ['a crossed range', { dropout: { range: [0.5, 0.1] } }, '"space.dropout": the range [0.5,0.1] is crossed'],
  ['an empty range', { dropout: { range: [0.5, 0.5] } }, 'the range [0.5,0.5] is one value'],
  ['a log range from 0', { learningRate: { logRange: [0, 0.1] } }, 'the range [0,0.1] has no logarithm'],
  ['log integers from 0', { patience: { integers: [0, 9], log: true } }, 'the range [0,9] has no logarithm'],
  [
    'fractions as integers',
    { batchSize: { integers: [1.5, 9] } },
    'bounds [1.5,9] of "integers" must be whole',
  ],
  [
    'a step that fits no second value',
    { dropout: { range: [0, 0.3], step: 0.4 } },
    'the step 0.4 is larger than the range',
  ],
  [
    'a step of half an integer',
    { batchSize: { integers: [1, 9], step: 0.5 } },
    'the step 0.5 must be a whole number',
  ],
  ['a billion steps', { dropout: { range: [0, 0.5], step: 1e-12 } }, 'more than a billion values'],
  [
    'step and log',
    { batchSize: { integers: [1, 9], step: 2, log: true } },
    '"step" and "log" cannot be used together',
  ],
  ['a step of a list', { dropout: { values: [0], step: 0.1 } }, '"step" is for "range" and "integers"'],
  [
    'a step of a log range',
    { learningRate: { logRange: [0.1, 1], step: 0.1 } },
    '"step" is for "range" and "integers"',
  ],
  ['log of a range', { dropout: { range: [0, 0.5], log: true } }, '"log" is for "integers" alone'],
  ['a value twice', { hidden: [[512], [64], [512]] }, '"space.hidden": [512] is there twice'],
  ['a value that is not allowed', { optimizer: ['adam', 'lion'] }, '(received "lion")'],
  [
    'the low end not allowed',
    { batchSize: { integers: [0, 9] } },
    '"space.batchSize": Too small: expected number to be >=1 (received 0)',
  ],
  [
    'the high end not allowed',
    { dropout: { range: [0, 1] } },
    '"space.dropout": Too big: expected number to be <1 (received 1)',
  ],
  ['a step between that is not allowed', { channels: { integers: [0, 3] } }, '(received 2)'],
  [
    'real numbers of a whole setting',
    { batchSize: { range: [64, 512] } },
    '"space.batchSize": it takes whole numbers; use "integers": [64,512]',
  ],
  ['a preset that does not exist', { preset: ['cnn', 'resnet'] }, '(received "resnet")'],
  [
    'a setting that is given, too',
    { validationFraction: [0.1, 0.2] },
    '"space.validationFraction" cannot be given',
  ],
  [
    'the images that are evaluated',
    { evaluateOn: ['test', 'validation'] },
    '"space.evaluateOn" cannot be given',
  ],
  ['folds', { fold: [1, 2] }, '"space.fold" cannot be given'],
  ['a model name', { modelName: ['a', 'b'] }, '"space.modelName" cannot be given'],
  ['a threshold', { minAccuracy: [0.9] }, '"space.minAccuracy" cannot be given'],
  [
    'a budget',
    { maxCostUsd: [1, 2] },
    '"space.maxCostUsd" cannot be given: a sweep has one limit for all its trials',
  ],
  ['a run to resume', { resumeFrom: ['a', 'b'] }, '"space.resumeFrom" cannot be given'],
  ['nothing', {}, '"space" is empty'],
  [
    'a condition on no dimension',
    { optimizer: ['sgd', 'adam'], momentum: { values: [0.9], when: { optimiser: ['sgd'] } } },
    '"space.momentum.when": "optimiser" is not in the space. Did you mean "optimizer"?',
  ],
  [
    'a condition that never holds',
    { optimizer: ['sgd', 'adam'], momentum: { values: [0.5], when: { optimizer: ['adamw'] } } },
    '"optimizer" is never "adamw"',
  ],
  [
    'a condition on a step that is left out',
    { epochs: { integers: [2, 8], step: 2 }, dropout: { values: [0.5], when: { epochs: [5] } } },
    '"epochs" is never 5',
  ],
  [
    'a condition on a range',
    { learningRate: { logRange: [0.1, 1] }, dropout: { values: [0], when: { learningRate: [0.5] } } },
    '"learningRate" is drawn from a range without steps',
  ],
  [
    'a condition on itself',
    { dropout: { values: [0, 0.5], when: { dropout: [0] } } },
    '"dropout": "when" goes in a circle',
  ],
  [
    'a circle with something that hangs on it',
    {
      l2: { values: [0, 0.1], when: { dropout: [0] } },
      dropout: { values: [0, 0.5], when: { l2: [0] } },
      emaDecay: { values: [0.9], when: { l2: [0] } },
    },
    '"l2", "dropout": "when" goes in a circle',
  ],
  [
    'no effect in some trials',
    { optimizer: ['adam', 'sgd'], momentum: { range: [0.5, 0.99] } },
    '"space.momentum" has an effect only with the optimizer sgd, and optimizer is adam in some trials; add "when": {"optimizer":["sgd"]}.',
  ],
  [
    'no effect in any trial',
    { filters: [[8], [16]] },
    '"space.filters" has an effect only with the model cnn, and model is mlp in some trials; leave it out, or change model.',
  ],
  [
    'no effect with some presets',
    { preset: ['default', 'cnn', 'mlp-deformed'], hidden: [[64], [512]] },
    'add "when": {"preset":["default","mlp-deformed"]}',
  ],
  [
    'no effect at the end of a range',
    { elasticPixels: { range: [0, 9] }, elasticSigma: { range: [2, 8] } },
    '"space.elasticSigma" has an effect only with elasticPixels above 0, and elasticPixels is 0 in some trials; let "space.elasticPixels" have only values',
  ],
  [
    'no effect where a condition is too wide',
    {
      optimizer: ['adam', 'adamw', 'sgd'],
      weightDecay: { values: [0.1, 0.2], when: { optimizer: ['adamw', 'sgd'] } },
    },
    'add "when": {"optimizer":["adamw"]}',
  ],
  [
    'a warm-up as long as a run',
    { epochs: { integers: [2, 9] }, warmupEpochs: { integers: [1, 3] } },
    '"space.warmupEpochs": the warm-up must be shorter than the run, which has 2 epochs',
  ],
])('a space with %s is refused', (_what, space, message) => {
  expect(() => checkDimensions(space)).toThrow(message);
});

test.each<[string, unknown, unknown, string]>([
  [
    'an unknown setting',
    { epoch: 3 },
    { dropout: [0] },
    '"settings.epoch" is not a setting. Did you mean "epochs"?',
  ],
  ['a value that is not allowed', { epochs: 0 }, { dropout: [0] }, '"settings.epochs": Too small'],
  [
    'a setting of the space, too',
    { dropout: 0.3 },
    { dropout: [0, 0.5] },
    '"space.dropout": it is in "settings" or among the options too',
  ],
  [
    'the images that are evaluated',
    { evaluateOn: 'test' },
    { dropout: [0] },
    '"settings.evaluateOn" cannot be given: trials are measured on validation images',
  ],
  [
    'a budget',
    { maxCostUsd: 1 },
    { dropout: [0] },
    '"settings.maxCostUsd" cannot be given: a sweep has one limit for all its trials',
  ],
  [
    'a setting without effect in some trials',
    { weightDecay: 0.01 },
    { optimizer: ['adamw', 'sgd'] },
    'move it into the space: "weightDecay": {"values": [0.01], "when": {"optimizer":["adamw"]}}',
  ],
])('settings with %s are refused', (_what, settings, space, message) => {
  expect(() => check({ settings: { ...validated, ...(settings as object) }, space })).toThrow(message);
});

test('trials need validation images', () => {
  expect(() => check({ space: { dropout: [0, 0.5] } })).toThrow(
    'give "validationFraction" in "settings", such as 0.1',
  );
});

test('a preset may be the same for all, and gives way to the space', () => {
  const space = { learningRate: { logRange: [0.001, 0.01] }, optimizer: ['adamw', 'sgd'] };
  expect(() => check({ settings: { ...validated, preset: 'cnn' }, space })).not.toThrow();
});

test('the name and the threshold of the winner may be given', () => {
  const settings = { ...validated, modelName: 'mine', minAccuracy: 0.9 };
  expect(() => check({ settings, space: { dropout: [0, 0.5] } })).not.toThrow();
});

test('all problems are told at once', () => {
  const space = {
    lerningRate: [1],
    batchSize: [0],
    optimizer: ['adam'],
    momentum: { values: [2], when: { optimizr: [1] } },
  };
  const problems = ['"space.lerningRate"', '"space.batchSize"', '"space.momentum"', '"space.momentum.when"'];
  for (const problem of problems) expect(() => checkDimensions(space)).toThrow(problem);
});

test('trials that are stopped early have the same epochs', () => {
  const space = { epochs: [3, 9] };
  expect(() => checkDimensions(space)).not.toThrow();
  expect(() => checkDimensions(space, { stop: 'halving' })).toThrow('"epochs" differs between trials');
  expect(() => checkDimensions({ preset: ['cnn', 'cnn-best'] }, { stop: 'median' })).toThrow(
    '"epochs" differs',
  );
});

describe('a grid', () => {
  const grid = (space: unknown, trialCount: number) => () =>
    checkDimensions(space, { sampler: 'grid', trialCount });
  const conditional = {
    optimizer: ['adam', 'sgd', 'adamw'],
    momentum: { range: [0.5, 0.9], step: 0.1, when: { optimizer: ['sgd'] } },
    nesterov: { values: [true, false], when: { optimizer: ['sgd'] } },
    batchSize: { integers: [64, 256], step: 64 },
  };

  test('is as large as its combinations', () => {
    // Without momentum 1, with it 5 · 2, and two optimizers without; four batch sizes.
    expect(grid(conditional, 48)).not.toThrow();
    expect(grid(conditional, 47)).toThrow('The grid has 48 combinations, and the sweep 47 trials');
    expect(grid(conditional, 49)).toThrow('The grid has 48 combinations, and the sweep 49 trials');
  });

  test('of a million combinations is refused at once', () => {
    const million = { epochs: { integers: [1, 1000] }, seed: { integers: [1, 1000] } };
    expect(grid(million, 12)).toThrow('The grid has 1,000,000 combinations, and the sweep 12 trials');
    const huge = {
      seed: { integers: [0, 1e9 - 1] },
      splitSeed: { integers: [0, 1e9 - 1] },
      epochs: { integers: [1, 1000] },
      dropout: { values: [0.5], when: { seed: [3, 5] } },
    };
    expect(grid(huge, 12)).toThrow('1,000,000,000,000,000,000,000 combinations');
  });

  test('has no ranges without steps', () => {
    expect(grid({ dropout: { range: [0, 0.5] }, batchSize: [1, 2] }, 12)).toThrow(
      '"space.dropout" is a range without steps, of which a grid cannot have all values; add a "step"',
    );
  });
});

test('more combinations of conditions than can be checked are refused', () => {
  const parents =
    'imageSize skipUnreadable patience checkpointSteps shuffleWindow seed splitSeed batchSize epochs';
  const names = parents.split(' ');
  const when = Object.fromEntries(names.map((name) => [name, [2]]));
  const space = Object.fromEntries(names.map((name) => [name, [1, 2, 3]]));
  expect(() => checkDimensions({ ...space, dropout: { values: [0.5], when } })).toThrow(
    'so much depends on other settings that the combinations cannot be checked',
  );
});

test.each(readdirSync('examples/sweeps'))(
  'the example %s can be drawn by every sampler for real numbers',
  (name) => {
    const file = JSON.parse(readFileSync(`examples/sweeps/${name}`, 'utf8'));
    for (const sampler of ['random', 'sobol', 'tpe'] as const)
      expect(() => check(file, { sampler })).not.toThrow();
  },
);

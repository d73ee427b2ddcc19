import fc from 'fast-check';
import { runConfigSchema, runSettingsSchema, storedRunConfigSchema } from '../../lib/contracts/run-config';
import { findContradictions, settingConditions } from '../../lib/contracts/setting-conditions';

const isValid = (settings: object) => runConfigSchema.safeParse(settings).success;

test.each([
  ['model', 'cnn', 'rnn'],
  ['model', 'a'.repeat(64), 'a'.repeat(63)],
  ['validationFraction', 0.5, 0.51],
  ['folds', 20, 21],
  ['evaluateOn', 'test', 'training'],
  ['shuffleWindow', 0, -1],
  ['shuffleWindow', 1_000_000_000, 1_000_000_001],
  ['optimizer', 'adamw', 'rmsprop'],
  ['labelSmoothing', 0.99, 1],
  ['emaDecay', 0.9999, 1],
  ['warmupEpochs', 0.5, -0.5],
  ['shiftPixels', 2.5, -1],
  ['rotationDegrees', 180, 181],
  ['zoomFraction', 0.9, 0.91],
  ['shearFraction', 2, 2.1],
  ['elasticPixels', 1000, 1001],
])('%s may be %j and not %j', (name, allowed, refused) => {
  expect(isValid({ [name]: allowed })).toBe(true);
  expect(isValid({ [name]: refused })).toBe(false);
});

test.each<[object, string, RegExp]>([
  [{ folds: 1 }, 'folds', /one fold would leave no images/],
  [{ folds: 5, validationFraction: 0.1 }, 'folds', /both choose the validation data/],
  [{ folds: 5, fold: 6 }, 'fold', /it must be 1 to 5/],
  [{ fold: 2 }, 'fold', /only with folds of 2 or more, and folds is 0/],
  [
    { evaluateOn: 'validation' },
    'evaluateOn',
    /no validation data of its own.*give validationFraction or folds/,
  ],
  [
    { model: 'cnn', hidden: [8] },
    'hidden',
    /only with the model mlp, and model is cnn; leave it out, or change model/,
  ],
  [{ filters: [8] }, 'filters', /only with the model cnn, and model is mlp/],
  [{ model: 'a'.repeat(64), dropout: 0.2 }, 'dropout', /only with the model mlp or cnn/],
  [{ model: 'a'.repeat(64), l2: 0.1 }, 'l2', /only with the model mlp or cnn/],
  [{ momentum: 0.5 }, 'momentum', /only with the optimizer sgd, and optimizer is adam/],
  [{ nesterov: true }, 'nesterov', /only with the optimizer sgd/],
  [{ optimizer: 'sgd', momentum: 0, nesterov: true }, 'nesterov', /only with a momentum above 0/],
  [{ optimizer: 'sgd', weightDecay: 0.1 }, 'weightDecay', /only with the optimizer adamw/],
  [
    { schedule: 'one-cycle', warmupEpochs: 1 },
    'warmupEpochs',
    /a rise of its own, and schedule is one-cycle/,
  ],
  [{ elasticSigma: 5 }, 'elasticSigma', /only with elasticPixels above 0, and elasticPixels is 0/],
  [{ epochs: 3, warmupEpochs: 3 }, 'warmupEpochs', /shorter than the run, which has 3 epochs/],
])('%j is refused: %s', (settings, name, message) => {
  const { issues } = runConfigSchema.safeParse(settings).error!;
  expect(issues.map(({ path }) => path)).toEqual([[name]]);
  expect(issues[0]!.message).toMatch(message);
});

test.each([
  { model: 'cnn', filters: [8], dropout: 0.3, l2: 0.1 },
  { optimizer: 'sgd', momentum: 0.5, nesterov: true },
  { optimizer: 'adamw', weightDecay: 0.01 },
  { schedule: 'cosine', epochs: 3, warmupEpochs: 2.9 },
  { elasticPixels: 34, elasticSigma: 5 },
])('%j is allowed', (settings) => {
  expect(isValid(settings)).toBe(true);
});

test('a setting that has its default is never refused', () => {
  const defaults = runSettingsSchema.parse({});
  const choices = fc.record({
    model: fc.constantFrom('mlp', 'cnn', 'a'.repeat(64)),
    optimizer: fc.constantFrom('adam', 'adamw', 'sgd'),
    schedule: fc.constantFrom('constant', 'cosine', 'plateau', 'one-cycle'),
  });
  fc.assert(fc.property(choices, (chosen) => isValid({ ...defaults, ...chosen })));
});

test('conditions are about settings that exist, and differ from their default where they are refused', () => {
  const defaults = runSettingsSchema.parse({});
  expect(Object.keys(defaults)).toEqual(expect.arrayContaining(Object.keys(settingConditions)));
  expect(findContradictions(defaults, defaults)).toEqual([]);
});

test.each([
  ['classes', 256, 257],
  ['classes', 2, 1],
  ['classNames', ['cat', 'dog'], ['cat']],
  ['classNames', ['0', 'ü 漢字, 1'], ['cat', '']],
  ['classNames', ['a\u00a0b', 'c'], ['a\nb', 'c']],
  ['imageSize', 4096, 4097],
  ['channels', 3, 2],
  ['white', 0.5, -1],
  ['testFraction', 0.5, 0.6],
  ['splitSeed', 0, -1],
  ['skipUnreadable', 3, 0.5],
])('%s may be %j and not %j', (name, allowed, refused) => {
  expect(isValid({ [name]: allowed })).toBe(true);
  expect(isValid({ [name]: refused })).toBe(false);
});

test.each<[object, string, RegExp]>([
  [{ classes: 300 }, 'classes', /at most 256 classes/],
  [{ classNames: ['cat', 'dog', 'cat'] }, 'classNames', /the name "cat" is there twice/],
  [{ classes: 3, classNames: ['cat', 'dog'] }, 'classNames', /2 names for 3 classes/],
])('%j is refused: %s, %s', (settings, name, message) => {
  const { issues } = runConfigSchema.safeParse(settings).error!;
  expect(issues.map(({ path }) => path)).toEqual([[name]]);
  expect(issues[0]!.message).toMatch(message);
});

test('a configuration that was stored before a setting existed, or with more classes than are possible now, is readable', () => {
  const { imageSize, channels, ...older } = runSettingsSchema.parse({ classes: 1000 });
  const config = storedRunConfigSchema.shape.config.parse(older);
  expect(config).toMatchObject({ classes: 1000, imageSize: 0, channels: 0 });
});

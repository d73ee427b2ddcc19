import { startSettings } from '../../lib/contracts/given-settings';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { describeArchitecture, introduceModel, nameOfModel } from '../../lib/model/describe-model';
import { choicesByValidation, describeTraining } from '../../lib/model/describe-training';

const configOf = (given: object) => runConfigSchema.parse(startSettings({ ...given }));
const readFact = (given: object, name: string) =>
  describeTraining(configOf(given))
    .find(([each]) => each === name)?.[1]
    .replaceAll('\u00a0', ' ');

test('the default configuration has no more than it uses', () => {
  expect(describeTraining(configOf({}))).toEqual([
    ['loss', 'sparse categorical cross-entropy'],
    ['optimizer', 'Adam'],
    ['learning rate', '0.001, constant'],
    ['validation data', 'the test images; nothing in this run was chosen by them'],
  ]);
});

test.each<[string, object, string | undefined]>([
  ['loss', { l2: 0.01 }, 'sparse categorical cross-entropy, l2(0.01) on the kernels'],
  [
    'loss',
    { labelSmoothing: 0.05 },
    'sparse categorical cross-entropy, labels smoothed by 0.05: this part of each label is spread evenly over all classes',
  ],
  ['optimizer', { optimizer: 'adamw' }, 'AdamW with weight decay 0.004'],
  ['optimizer', { optimizer: 'sgd', momentum: 0 }, 'SGD'],
  ['optimizer', { optimizer: 'sgd', clipNorm: 1 }, 'SGD with momentum 0.9, gradients clipped to a norm of 1'],
  ['optimizer', { optimizer: 'sgd', nesterov: true }, "SGD with Nesterov's momentum 0.9"],
  ['learning rate', { schedule: 'cosine' }, '0.001, falling to 0 along a cosine'],
  [
    'learning rate',
    { schedule: 'plateau', warmupEpochs: 1 },
    '0.001, halved after two epochs without a lower validation loss, after a linear rise over 1 epoch of warm-up',
  ],
  [
    'learning rate',
    { schedule: 'one-cycle', learningRate: 0.004 },
    'one cycle: rising to 0.004 over the first fifth of the run, then falling to 0 along a cosine',
  ],
  ['augmentation', {}, undefined],
  [
    'augmentation',
    { preset: 'cnn' },
    'each training image is shifted by up to 2.5 pixels, rotated by up to 12°, scaled by up to ±12 %, sheared by up to 0.15, anew in every epoch',
  ],
  [
    'augmentation',
    { elasticPixels: 34 },
    'each training image is deformed elastically (strength 34, smoothed by 4 pixels), anew in every epoch',
  ],
  ['averaged weights', {}, undefined],
  [
    'averaged weights',
    { emaDecay: 0.99 },
    'an exponential moving average (decay 0.99) of the weights after each training step; the validation values are those of the average',
  ],
  ['validation data', { patience: 2 }, 'the test images, which chose the epoch of the weights'],
  [
    'validation data',
    { validationFraction: 0.125, patience: 2 },
    '12.50 % of the training images, held out with the same share of each label; nothing in the training looked at the test images',
  ],
])('%s of %j: %s', (name, given, expected) => {
  expect(readFact(given, name)).toBe(expected);
});

test('the number of held out images, where it is known', () => {
  const facts = new Map(describeTraining(configOf({ validationFraction: 0.1 }), 6000));
  expect(facts.get('validation data')).toMatch(/^6,000 training images \(10\s%\), held out/);
});

test.each([
  ['constant', 0, undefined],
  ['constant', 1, 'the epoch of the weights'],
  ['plateau', 0, 'when to halve the learning rate'],
  ['plateau', 1, 'the epoch of the weights and when to halve the learning rate'],
] as const)(
  'with the schedule %s and a patience of %i, the validation data chooses %s',
  (schedule, patience, chosen) => {
    expect(choicesByValidation({ schedule, patience })).toBe(chosen);
  },
);

test.each([
  ['mlp', 'a perceptron', 'the perceptron 1024 → 512 → 256 → 10'],
  ['cnn', 'a convolutional network', 'the convolutional network with 24 → 48 → 96 filters'],
  ['0123456789abcdef'.repeat(4), 'the architecture 01234567', 'the architecture 01234567'],
])('the model %s is %s', (model, name, introduction) => {
  expect(nameOfModel(model)).toBe(name);
  expect(introduceModel(configOf({ model }), 10)).toBe(introduction);
});

test('a perceptron ends in one unit for each class, where their number is known', () => {
  expect(introduceModel(configOf({ hidden: [8] }))).toBe('the perceptron 8');
  expect(introduceModel(configOf({ hidden: [8], classes: 3 }))).toBe('the perceptron 8 → 3');
  const layers = [
    { name: 'dense', className: 'Dense', outputShapes: [[3]], parameterCount: 27, trainedCount: 27 },
  ];
  expect(describeArchitecture(configOf({ hidden: [8] }), layers)).toMatch(
    /^Flatten, then dense layers 8 → 3, /,
  );
});

test('an architecture other than a perceptron is described by its layers', () => {
  const layers = ['Conv2D', 'BatchNormalization', 'Conv2D', 'Dense'].map((className) => ({
    name: className,
    className,
    outputShapes: [[1]],
    parameterCount: 1,
    trainedCount: 1,
  }));
  expect(describeArchitecture(configOf({ model: 'cnn' }), layers)).toBe(
    'a convolutional network: 2 Conv2D, 1 BatchNormalization, 1 Dense',
  );
});

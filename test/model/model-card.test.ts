import { indexNames } from '../../lib/contracts/class-names';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { modelFormats } from '../../lib/export/model-formats';
import { type ModelCardData, renderModelCard } from '../../lib/model/model-card';
import { makeEpochs, makeReportData } from '../support/report-factory';

function makeCardData(
  settings: Partial<ModelCardData['config']> = {},
  labels = { classNames: indexNames(10), white: 255 },
): ModelCardData {
  const { runId, metrics, environment, parameterCount, weightsSha256, layers, inputShape, pipelineVersion } =
    makeReportData();
  return {
    runId,
    metrics,
    calibrationError: 0.0671,
    epochs: makeEpochs(10),
    epoch: 10,
    environment,
    parameterCount,
    weightsSha256,
    layers,
    inputShape,
    heldOutCount: settings.validationFraction === undefined ? 0 : 6_000,
    pipelineVersion,
    config: runConfigSchema.parse(settings),
    labels,
    manifest: {
      dataset: 'mnist',
      contentKey: '0123456789abcdef',
      imageShape: [28, 28],
      train: { rowCount: 60_000 },
      test: { rowCount: 10_000 },
    },
  };
}

test('the card describes model, data, results and limits', () => {
  const card = renderModelCard(makeCardData());
  expect(card).toMatch(
    /\n---\n\n# mnist-mlp\n\nAn image classifier with 10 classes, .* in the run `run-2026`\./,
  );
  expect(card).toContain('60,000 training and 10,000 test images of 28×28 pixels');
  expect(card).toContain(
    'dense layers 1024 → 512 → 256 → 10, dropout 0.1 before each of them; relu, softmax at the end',
  );
  expect(card).toContain('| parameters | 806,410 |');
  expect(card).toContain('| wrong | 29 of 500 |');
  expect(card).toMatch(/- Label \d is recognized worst: 9\d\.\d\d.% of its test images\./);
});

test('begins with the metadata that the Hugging Face hub reads', () => {
  const card = renderModelCard(makeCardData());
  expect(card).toMatch(/^---\nlibrary_name: keras\npipeline_tag: image-classification\n/);
  expect(card).toContain('\ndatasets:\n- "ylecun/mnist"\n');
  expect(card).toContain('\n    - type: accuracy\n      value: 0.942\n');
});

test('for a dataset that is not on the hub, the metadata has no hub dataset', () => {
  const card = renderModelCard(makeCardData({ dataset: './my-digits' }));
  expect(card).not.toContain('datasets:');
});

test.each([
  [{ l2: 0.0003 }, 'cross-entropy, l2(0.0003) on the kernels'],
  [{ l2: 0 }, 'sparse categorical cross-entropy |'],
  [{ dropout: 0 }, 'dense layers 1024 → 512 → 256 → 10; relu'],
  [{ seed: 7 }, '10 of at most 10 epochs, the weights of epoch 10, batches of 512, from the seed 7 |'],
  [{ initialWeightsSha256: 'e'.repeat(64) }, `from given weights (SHA-256 \`${'e'.repeat(64)}\`)`],
])('settings %j are described', (settings, expected) => {
  expect(renderModelCard(makeCardData(settings))).toContain(expected);
});

test.each([
  [{}, 'Nothing in this run was chosen by them; results are optimistic if this run was chosen among several'],
  [
    { patience: 3 },
    'were also the validation data and chose the epoch of the weights, so the results are optimistic.',
  ],
  [{ schedule: 'plateau' as const }, 'chose when to halve the learning rate, so the results are optimistic.'],
  [{ patience: 3, validationFraction: 0.1 }, '- Nothing in the training looked at the test images.'],
  [
    { patience: 3, validationFraction: 0.1 },
    '| validation data | 6,000 training images (10\u00a0%), held out',
  ],
])('with %j the card says what the test images chose: %s', (settings, expected) => {
  expect(renderModelCard(makeCardData(settings))).toContain(expected);
});

test('the card of a convolutional network says nothing about a perceptron', () => {
  const card = renderModelCard(makeCardData({ model: 'cnn', optimizer: 'adamw', emaDecay: 0.999 }));
  expect(card).toContain('| architecture | a convolutional network: 1 Flatten, 2 Dense |');
  expect(card).toContain('| optimizer | AdamW with weight decay 0.004 |');
  expect(card).toContain('| averaged weights | an exponential moving average (decay 0.999)');
  expect(card).not.toMatch(/perceptron|1024 →/);
});

test('the card tells trained parameters from moving statistics, and what augmentation covers', () => {
  const data = makeCardData({ rotationDegrees: 10 });
  const card = renderModelCard({ ...data, parameterCount: 806_500 });
  expect(card).toContain('| parameters | 806,500, of which 806,410 are trained |');
  expect(card).toContain(
    'images that are shifted or rotated by more than in the training are classified badly',
  );
  expect(renderModelCard(makeCardData())).toContain(
    'their negatives, and images that are shifted or rotated are classified badly',
  );
});

test('there is an example for every file of the model', () => {
  const card = renderModelCard(makeCardData());
  for (const fileName of [...modelFormats.map((format) => format.fileName), 'model.json']) {
    expect(card).toMatch(new RegExp(`### .*\`${fileName.replace('.', '\\.')}\``));
  }
  expect(card.match(/^```/gm)!.length % 2).toBe(0);
});

test('the card does not depend on the time', () => {
  expect(renderModelCard(makeCardData())).toBe(renderModelCard(makeCardData()));
  expect(renderModelCard(makeCardData())).not.toMatch(/undefined|NaN|\[object|20\d\d-\d\d/);
});

test('names of classes are a table, and appear where results have a label', () => {
  const classNames = ['T-shirt/top', 'a|b', '<b>*bold*</b>', '[link](x)', 'two\nlines', ...indexNames(5)];
  const card = renderModelCard(makeCardData({}, { classNames, white: 16 }));
  expect(card).toContain(
    '| 0 | T-shirt/top |\n| 1 | a\\|b |\n| 2 | \\<b\\>\\*bold\\*\\</b\\> |\n| 3 | \\[link\\](x) |',
  );
  expect(card).toContain('\n| 4 | two lines |\n');
  expect(card).toMatch(/\| T-shirt\/top \| \d+\.\d+.% \|/);
  expect(card).toContain('gray values divided by 16, so in [0, 1]');
});

test('a model whose classes are named by their numbers has no table of them', () => {
  const card = renderModelCard(makeCardData());
  expect(card).not.toContain('## Classes');
  expect(card).toContain('gray values divided by 255, so in [0, 1]');
});

test('a long name is shortened in sentences only', () => {
  const name = 'a very long name '.repeat(12).trim();
  const card = renderModelCard(
    makeCardData({}, { classNames: new Array<string>(10).fill(name), white: 255 }),
  );
  expect(card).toMatch(/- Label a very long name a very long name a ver… is recognized worst/);
  expect(card).toContain(`| 9 | ${name} |`);
});

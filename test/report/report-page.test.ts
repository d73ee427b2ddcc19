import { createHash } from 'node:crypto';
import { decode } from 'fast-png';
import { indexNames } from '../../lib/contracts/class-names';
import { startSettings } from '../../lib/contracts/given-settings';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { measureCalibration } from '../../lib/evaluation/calibration';
import { imageDataUrl } from '../../lib/report/byte-image';
import { formatBytes, formatPercent, formatSeconds } from '../../lib/report/format-values';
import { renderReportPage } from '../../lib/report/report-page';
import { makeEpochs, makePixels, makeReportData } from '../support/report-factory';

const page = renderReportPage(makeReportData());
/** The text of the page, without tags. */
const readText = (html: string) =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<script.*?<\/script>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test.each([
  '94.20 %',
  'Errors 29 of 500 test images',
  'Total time 1 min 50 s',
  'Accepted',
  'Learning curves',
  'The first ten test images',
  'Worst mistakes',
  'Metrics of each class',
  'Configuration',
  'Training environment',
  'Time by phase',
  'Provenance',
  '0123456789abcdef',
  'b'.repeat(64),
  'Example Processor 8000',
  'The default configuration, unchanged.',
  'of the test images classified correctly; 95 % confidence interval 91.79 % to 95.93 %',
  'Parameters 806,410 trained',
  'Weakest class: ',
  'Most frequent confusions: ',
  'Most confident mistake: test image ',
  'npx mnist-pipeline serve run-2026',
  'Accuracy against coverage',
  'dense_1 Dense 1024 803,840',
  '552 training and 500 test images of 28×28 pixels',
  'model = keras.models.load_model(&quot;model.keras&quot;)',
])('the page contains %s', (text) => {
  expect(readText(page)).toContain(text);
});

test('the page makes no request: its only address is the XML namespace, and its policy forbids all others', () => {
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/i);
  expect(page).not.toMatch(/@import|url\(|srcset|<iframe|<object|<script[^>]* src/i);
  for (const [, address] of page.matchAll(/src="([^"]*)"/g)) expect(address).toMatch(/^data:/);
  expect(page).toContain('default-src &#39;none&#39;');
});

test('the policy allows only the script that is in the page', () => {
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1]!);
  expect(scripts).toHaveLength(1);
  const digest = createHash('sha256').update(scripts[0]!).digest('base64');
  expect(page).toContain(`script-src &#39;sha256-${digest}&#39;;`);
});

test('links point to files next to the page', () => {
  const links = [...page.matchAll(/<a href="([^#"]*)">([^<]*)</g)].map((match) => [match[1], match[2]]);
  expect(links).toEqual([
    ['try-it.html', 'try-it.html'],
    ['model/model.json', 'model.json'],
    ['model/weights.bin', 'weights.bin'],
    ['evaluation/metrics.json', 'metrics.json'],
    ['config.json', 'config.json'],
    ['try-it.html', 'try-it.html'],
    ['run.json', 'run.json'],
  ]);
  expect(readText(page)).toContain('weights.bin TensorFlow.js, weights, 5.9 MB');
});

test('the first screen links to the try-it page only if the run has one', () => {
  const files = makeReportData().files.filter(({ path }) => path !== 'try-it.html');
  const withoutPage = renderReportPage(makeReportData({ files }));
  expect(withoutPage).not.toContain('href="try-it.html"');
  expect(readText(withoutPage)).toContain('npx mnist-pipeline serve run-2026');
});

test.each([
  { environment: { engine: 'native', device: 'cpu' }, text: 'Engine native TensorFlow Device CPU' },
  { environment: { engine: 'wasm', device: 'cpu' }, text: 'Engine TensorFlow.js on WASM Device CPU' },
  {
    environment: { engine: 'native', device: 'NVIDIA T4' },
    text: 'Engine native TensorFlow Device NVIDIA T4',
  },
] as const)('the training environment: $text', ({ environment, text }) => {
  const data = makeReportData({ environment: { ...makeReportData().environment, ...environment } });
  expect(readText(renderReportPage(data))).toContain(text);
});

test('the provenance has commit and peak memory, if they are known', () => {
  const sourceCommit = '0123456789abcdef0123456789abcdef01234567-dirty';
  const known = readText(renderReportPage(makeReportData({ sourceCommit, peakMemoryBytes: 1_234_000_000 })));
  expect(known).toContain(`Git commit ${sourceCommit}`);
  expect(known.replaceAll('\u00a0', ' ')).toContain('Peak memory 1.2 GB');
  expect(readText(page)).not.toMatch(/Git commit|Peak memory/);
});

test.each([
  [1, '100.00 %'],
  [0.99995, '>99.99 %'],
  [0.99994, '99.99 %'],
  [0.00004, '<0.01 %'],
  [0.00005, '0.01 %'],
  [0, '0.00 %'],
])('the fraction %d is shown as %s: never as all or nothing by rounding', (fraction, text) => {
  expect(formatPercent(fraction).replaceAll('\u00a0', ' ')).toBe(text);
});

test('a mistake shows the three highest probabilities', () => {
  const [worst] = makeReportData().metrics.worstMistakes;
  const list = page.match(/class="digits mistakes">.*?<ol class="guesses">(.*?)<\/ol>/s)![1]!;
  const guesses = [...list.matchAll(/<b>(\d)<\/b><span>([\d.]+)/g)].map((match) => [match[1], match[2]]);
  expect(guesses).toHaveLength(3);
  expect(guesses[0]).toEqual([String(worst!.predicted), (worst!.confidence * 100).toFixed(1)]);
});

test('the calibration is that of the whole test set', () => {
  const { testPredictions } = makeReportData();
  const { expectedCalibrationError } = measureCalibration(testPredictions);
  expect(readText(page)).toContain(
    `Expected calibration error ${(expectedCalibrationError * 100).toFixed(2)} %`,
  );
});

test('with 256 classes the confusion matrix is a plot, because a table would be wider than any screen', () => {
  const confusionMatrix = Array.from({ length: 256 }, () => new Array<number>(256).fill(1));
  const data = makeReportData({ classNames: indexNames(256) });
  const wide = renderReportPage({ ...data, metrics: { ...data.metrics, confusionMatrix } });
  expect(wide).toContain('data-plot="confusion-matrix"');
  expect(wide).not.toContain('<table class="confusion"');
  expect(wide).not.toContain('id="cell-images"');
});

test('all user input is escaped', () => {
  const attack = '"><script>alert(1)</script>\'';
  const data = makeReportData(
    {
      runId: attack,
      contentKey: attack,
      manifestSha256: attack,
      weightsSha256: attack,
      pipelineVersion: attack,
      environment: { ...makeReportData().environment, cpuModel: attack, device: attack, platform: attack },
    },
    { dataset: attack },
  );
  const attacked = renderReportPage({ ...data, config: { ...data.config, modelName: attack } });
  expect(attacked).not.toContain('<script>alert');
  expect(attacked.split('&quot;&gt;&lt;script&gt;').length - 1).toBeGreaterThanOrEqual(10);
});

test('the first table lists only the settings that differ from the default configuration', () => {
  const changed = renderReportPage(makeReportData({}, { epochs: 3, hidden: [512], dropout: 0.1 }));
  const rows = [...changed.matchAll(/<tr class="changed"><th scope="row"><code>(\w+)<\/code>/g)];
  expect(rows.map((row) => row[1])).toEqual(['epochs', 'hidden']);
  expect(readText(changed)).toContain('epochs 3 10');
  expect(readText(changed)).toContain('hidden 512 1024, 512, 256');
  expect(readText(changed)).toMatch(/2 of \d+ settings differ from/);
});

test('a run that started from given weights is not called the default configuration', () => {
  const sha256 = 'c'.repeat(64);
  const tuned = readText(renderReportPage(makeReportData({}, { initialWeightsSha256: sha256 })));
  expect(tuned).toContain(`initialWeightsSha256 ${sha256} none`);
  expect(tuned).toMatch(/1 of \d+ settings differs from the default configuration/);
});

describe('a convolutional network with its own validation data', () => {
  const config = runConfigSchema.parse(
    startSettings({ preset: 'cnn', validationFraction: 0.1, patience: 3 }),
  );
  const layers = [
    {
      name: 'conv',
      className: 'Conv2D',
      outputShapes: [[28, 28, 16]],
      parameterCount: 144,
      trainedCount: 144,
    },
    {
      name: 'norm',
      className: 'BatchNormalization',
      outputShapes: [[28, 28, 16]],
      parameterCount: 64,
      trainedCount: 32,
    },
  ];
  const cnn = renderReportPage(makeReportData({ layers, parameterCount: 208, heldOutCount: 55 }, config));
  const text = readText(cnn).replaceAll('\u00a0', ' ');

  test.each([
    'A convolutional network. Output shapes',
    'conv Conv2D 28 × 28 × 16 144',
    'Total 208 Trained 176',
    'Parameters 208 176 of them trained',
    'Optimizer AdamW with weight decay 0.01',
    '55 training images (10 %), held out with the same share of each label',
    '55 of the training images were held out as validation data.',
    'Training values are means over the epoch, with dropout and augmentation on.',
    'on the held out training images, with the averaged weights.',
    'The losses here include label smoothing, as in Keras',
    'mean cross-entropy, without label smoothing',
    'npx mnist-pipeline train --validation-fraction 0.1 --epochs 18',
  ])('the page contains %s', (expected) => {
    expect(text).toContain(expected);
  });

  test('the learning rate is drawn, and only where it changes', () => {
    expect(cnn).toContain('data-plot="learning-rate"');
    expect(page).not.toContain('data-plot="learning-rate"');
  });

  test('no setting of a perceptron is on the page, and nothing was chosen by the test images', () => {
    expect(text).not.toMatch(/perceptron|hidden 1024|momentum 0.9|optimistic/);
  });
});

test('a run that chose by the test images says so', () => {
  const chosen = readText(renderReportPage(makeReportData({}, { patience: 3 })));
  expect(chosen).toContain('The test images chose the epoch of the weights, so this accuracy is optimistic');
  expect(readText(page)).not.toContain('optimistic');
  expect(readText(page)).toContain('the test images; nothing in this run was chosen by them');
});

test('a run that resumed another names it', () => {
  const resumed = readText(renderReportPage(makeReportData({}, { resumeFrom: 'too-dear' })));
  expect(resumed).toMatch(/Resumed from the checkpoint of\s*too-dear/);
  expect(readText(renderReportPage(makeReportData()))).not.toContain('from the checkpoint of');
});

describe('early stopping', () => {
  const stopped = makeReportData(
    { epochs: makeEpochs(4), modelEpoch: 3 },
    { epochs: 12, patience: 1, l2: 0.0003 },
  );
  const stoppedPage = renderReportPage(stopped);

  test('is reported, with the epoch whose weights the model has', () => {
    expect(readText(stoppedPage)).toContain(
      'Stopped after epoch 4 of 12: no lower validation loss for 1 epoch. The model has the weights of epoch 3.',
    );
    expect(stoppedPage.match(/<circle class="ring" data-epoch="3"/g)).toHaveLength(2);
  });

  test('is not reported for a run that trained all its epochs', () => {
    expect(readText(page)).not.toContain('Stopped after');
    expect(page).not.toContain('class="ring"');
  });

  test('a run that trained all its epochs and kept better weights names their epoch', () => {
    const kept = renderReportPage(makeReportData({ modelEpoch: 8 }, { patience: 3 }));
    expect(readText(kept)).toContain('The model has the weights of epoch 8 of 10');
  });
});

test('the loss with the L2 penalty and the loss without it have different names', () => {
  const penalized = renderReportPage(makeReportData({}, { l2: 0.0003 }));
  expect(readText(penalized)).toContain('mean cross-entropy, without L2 penalty');
  expect(readText(penalized)).toContain('The losses here include L2 penalty');
  expect(penalized).toContain('>loss + L2 penalty<');
  expect(page).not.toContain('L2 penalty');
});

test('the contents list every section, in order', () => {
  const ids = [...page.matchAll(/<section aria-labelledby="([^"]+)"/g)].map((match) => `#${match[1]}`);
  const contents = page.match(/<nav aria-label="Contents">(.*?)<\/nav>/s)![1]!;
  expect([...contents.matchAll(/href="([^"]+)"/g)].map((match) => match[1])).toEqual(ids);
});

test('a rejected run names the minimum accuracy', () => {
  const rejected = readText(renderReportPage(makeReportData({ isAccepted: false }, { minAccuracy: 0.98 })));
  expect(rejected).toContain('Rejected');
  expect(rejected).toContain('is below the minimum of 98.00 %');
});

test('a run without a mistake has no empty gallery', () => {
  const data = makeReportData();
  const spotless = renderReportPage({
    ...data,
    metrics: { ...data.metrics, worstMistakes: [], errorCount: 0 },
  });
  expect(spotless).toContain('None: every test image was classified correctly.');
  expect(spotless).not.toContain('<ol class="guesses">');
});

test('headings descend one level at a time, every image has an alternative text, ids are unique', () => {
  const levels = [...page.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]));
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  for (const [index, level] of levels.slice(1).entries())
    expect(level - levels[index]!).toBeLessThanOrEqual(1);
  for (const [image] of page.matchAll(/<img [^>]*>/g))
    expect(image).toMatch(
      /alt="Test image \d+: true label \d|alt="Mean of the test images with label \d|alt="" hidden/,
    );
  for (const [plot] of page.matchAll(/<svg [^>]*>/g))
    expect(plot).toMatch(/role="img" aria-label="[^"]{20,}"/);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('an image keeps its gray values', () => {
  const url = imageDataUrl({
    pixels: Uint8Array.of(0, 255, 100, 1, 254, 128),
    shape: [2, 3],
  });
  const { data, width, height } = decode(Buffer.from(url.split(',')[1]!, 'base64'));
  expect({ width, height, data: Array.from(data) }).toEqual({
    width: 3,
    height: 2,
    data: [0, 255, 100, 1, 254, 128],
  });
});

test.each([
  [0.416, '0.42 s'],
  [59.94, '59.9 s'],
  [59.96, '1 min 0 s'],
  [3599.4, '59 min 59 s'],
  [7500, '2 h 05 min'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(formatSeconds(seconds).replaceAll('\u00a0', ' ')).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [36_449, '36.4 kB'],
  [5_850_152, '5.9 MB'],
  [1_250_000_000, '1.3 GB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes).replaceAll('\u00a0', ' ')).toBe(text);
});

test('augmented examples have a section of their own, if the run has them', () => {
  const example = {
    original: { pixels: makePixels(0), shape: [28, 28] },
    versions: { pixels: new Uint8Array(5 * 784), shape: [140, 28] },
  } as const;
  const augmented = renderReportPage(makeReportData({ augmentedExamples: [example, example] }));
  const part = augmented.match(/<h2 id="augmentation">.*?<\/section>/s)![0];
  expect(part.match(/<li>/g)).toHaveLength(2);
  expect(part.match(/width="28" height="28"/g)).toHaveLength(2);
  expect(part.match(/width="28" height="140"/g)).toHaveLength(2);
  expect(page).not.toContain('id="augmentation"');
});

describe('names of classes', () => {
  const attack = '"><script>alert(1)</script>\'';
  const classNames = ['T-shirt/top', attack, 'שלום', 'a long name '.repeat(16).trim(), ...indexNames(6)];
  const named = renderReportPage(makeReportData({ classNames }));

  test('are in captions, matrix, tables and sentences', () => {
    const name = '<bdi class="name" title="T-shirt/top">T-shirt/top</bdi>';
    expect(named).toContain(`<strong>✓ ${name}</strong>true ${name}`);
    expect(named.split(`<th scope="row">${name}</th>`)).toHaveLength(4);
    expect(named).toContain(`<th scope="col">${name}</th>`);
    expect(readText(named)).toMatch(/Weakest class: T-shirt\/top, with a recall of/);
    expect(named).toContain('alt="Mean of the test images with label T-shirt/top"');
  });

  test('are escaped everywhere, also in the data of the script', () => {
    expect(named).not.toContain('<script>alert');
    expect(named.match(/<script/g)).toHaveLength(page.match(/<script/g)!.length);
    const index = JSON.parse(named.match(/id="cell-images">(.*?)<\/script>/)![1]!);
    expect(index.names.slice(0, 3)).toEqual(['T-shirt/top', attack, '\u2068שלום\u2069']);
  });

  test.each([26, 100, 256])('of %d classes make a page of less than 1 MB', (classes) => {
    const many = renderReportPage(
      makeReportData({ classNames: indexNames(classes).map((index) => `the class with number ${index}`) }),
    );
    expect(many.length).toBeLessThan(1e6);
    expect(readText(many)).not.toMatch(/NaN|undefined/);
  });
});

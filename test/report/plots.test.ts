import { indexNames } from '../../lib/contracts/class-names';
import { computeMetrics } from '../../lib/evaluation/metrics';
import { drawConfusionMatrix } from '../../lib/report/plots/confusion-matrix';
import { drawCoverage } from '../../lib/report/plots/coverage';
import { drawAccuracy, drawLoss } from '../../lib/report/plots/curves';
import { drawFirstTen } from '../../lib/report/plots/first-ten';
import { drawLearningRate } from '../../lib/report/plots/learning-rate';
import { type Plot, toInlineSvg, toStandaloneSvg } from '../../lib/report/plots/plot';
import { makeEpochs, makePixels, makeScoredLabels, scoreAll } from '../support/report-factory';

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)];
const attributes = (text: string, pattern: RegExp) => matches(text, pattern).map((match) => Number(match[1]));

describe.each([
  {
    draw: drawAccuracy,
    name: 'accuracy',
    yName: 'acc',
    place: 'lower right',
    training: 'acc',
    validation: 'val_acc',
  },
  {
    draw: drawLoss,
    name: 'loss',
    yName: 'loss',
    place: 'upper right',
    training: 'loss',
    validation: 'val_loss',
  },
] as const)('$name', ({ draw, name, yName, place, training, validation }) => {
  const epochs = makeEpochs();
  const plot = draw(epochs);

  test('has the axes and the legend of the reference implementation', () => {
    expect(plot.name).toBe(name);
    expect(plot.marks).toContain('>epoch</text>');
    expect(plot.marks).toContain(`>${yName}</text>`);
    expect(plot.marks).toContain(`data-place="${place}"`);
    const legendTop = Number(/class="legend"[^>]* y="([\d.]+)"/.exec(plot.marks)![1]);
    expect(legendTop > plot.height / 2).toBe(place === 'lower right');
  });

  test.each([
    { kind: 'training', key: training },
    { kind: 'validation', key: validation },
  ] as const)('has a point for every $kind value, at a height linear in the value', ({ kind, key }) => {
    const series = epochs.map((epoch) => epoch[key]);
    const pattern = new RegExp(`class="point ${kind}" cx="[\\d.]+" cy="([\\d.]+)" r="3.2"><title>`, 'g');
    const heights = attributes(plot.marks, pattern);
    expect(heights).toHaveLength(series.length);
    const slope = (heights[9]! - heights[0]!) / (series[9]! - series[0]!);
    expect(slope).toBeLessThan(0);
    heights.forEach((height, index) => {
      expect(height).toBeCloseTo(heights[0]! + slope * (series[index]! - series[0]!), 1);
    });
    for (const value of series) expect(plot.marks).toContain(`: ${value.toFixed(4)}</title>`);
  });
});

test.each([
  { name: 'one epoch', epochs: makeEpochs(1) },
  { name: 'a flat curve', epochs: makeEpochs(3).map((epoch) => ({ ...epoch, acc: 0.5, val_acc: 0.5 })) },
  { name: 'a thousand epochs', epochs: makeEpochs(1000) },
])('$name gives finite coordinates and ticks at whole epochs', ({ epochs }) => {
  const { marks } = drawAccuracy(epochs);
  expect(marks).not.toMatch(/NaN|Infinity|undefined/);
  expect(matches(marks, /class="frame" d="M/g).length).toBeGreaterThanOrEqual(1);
});

test('the axes show no accuracy above 1, and no loss below 0', () => {
  const epochs = [
    { epoch: 1, loss: 1, acc: 0.78, val_loss: 0.5, val_acc: 0.9, seconds: 1 },
    { epoch: 2, loss: 0.01, acc: 1, val_loss: 0, val_acc: 1, seconds: 1 },
  ];
  const valuesOnAxis = ({ marks }: Plot) => attributes(marks, /text-anchor="end"[^>]*>([−\d.-]+)<\/text>/g);
  for (const value of valuesOnAxis(drawAccuracy(epochs))) expect(value).toBeLessThanOrEqual(1);
  expect(valuesOnAxis(drawLoss(epochs))).toContain(0);
  for (const value of valuesOnAxis(drawLoss(epochs))) expect(value).toBeGreaterThanOrEqual(0);
});

describe('confusion matrix', () => {
  test('shows every count of every row', () => {
    const metrics = computeMetrics(makeScoredLabels());
    const { marks } = drawConfusionMatrix(metrics, indexNames(10));
    metrics.confusionMatrix.forEach((row, label) => {
      row.forEach((count, predicted) => {
        const title = `<title>label ${label}, predicted ${predicted}: ${count}</title>`;
        expect(marks.includes(title)).toBe(count > 0);
      });
    });
    expect(marks).toContain('>predicted label</text>');
    expect(marks).toContain('>true label</text>');
  });

  test('with 256 classes draws only cells that are not empty, without numbers', () => {
    const confusionMatrix = Array.from({ length: 256 }, (_, label) =>
      Array.from({ length: 256 }, (_, column) => (label === column ? 4 : 0)),
    );
    const { marks } = drawConfusionMatrix(
      { confusionMatrix, testCount: 1024, errorCount: 0 },
      indexNames(256),
    );
    expect(matches(marks, /<rect /g)).toHaveLength(256);
    expect(marks).not.toContain('class="count"');
    expect(marks).not.toMatch(/NaN/);
  });
});

test('the first ten show prediction and truth under each image', () => {
  const predictions = scoreAll(makeScoredLabels()).firstPredictions();
  const images = predictions.map(({ index }) => ({ pixels: makePixels(index), shape: [28, 28] as const }));
  const { marks } = drawFirstTen(predictions, images, indexNames(10));
  expect(matches(marks, /<image /g)).toHaveLength(10);
  const captions = matches(marks, />(pred \d \/ true \d)<\/text>/g).map((match) => match[1]);
  expect(captions).toEqual(predictions.map(({ label, predicted }) => `pred ${predicted} / true ${label}`));
  expect(matches(marks, /class="answer-wrong"/g)).toHaveLength(1);
});

describe('as files and in pages', () => {
  const hostile: Plot = {
    name: 'loss',
    title: '<script>alert("1")</script>',
    description: `a & b's`,
    width: 100,
    height: 80,
    marks: '',
  };

  test.each([
    { name: 'standalone', svg: toStandaloneSvg(hostile) },
    { name: 'inline', svg: toInlineSvg(hostile) },
  ])('$name escapes its texts', ({ svg }) => {
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(svg).toContain('a &amp; b&#39;s');
  });

  test('a file has a white background and fixed colors; a page has its own colors', () => {
    expect(toStandaloneSvg(hostile)).toContain('fill="#ffffff"');
    expect(toStandaloneSvg(hostile)).not.toContain('var(');
    expect(toInlineSvg(drawLoss(makeEpochs()))).not.toMatch(/(fill|stroke)="#/);
  });
});

describe('the learning rate', () => {
  const settings = { learningRate: 0.004, schedule: 'one-cycle', epochs: 10, warmupEpochs: 0 } as const;
  const verticesOf = ({ marks }: { marks: string }) =>
    [...marks.matchAll(/<path class="curve training" d="([^"]+)"/g)].flatMap(([, path]) =>
      [...path!.matchAll(/[\d.]+,[\d.]+/g)].map(([vertex]) => vertex.split(',').map(Number)),
    );

  test('of a whole cycle rises for a fifth of the epochs and falls over the rest', () => {
    const plot = drawLearningRate(settings, makeEpochs(10));
    expect(plot.description).toBe('Over 10 epochs: 0.00016 at first, at most 0.004, 9.6e-8 at last.');
    const vertices = verticesOf(plot);
    const top = vertices.reduce((a, b) => (b[1]! < a[1]! ? b : a));
    expect(vertices).toHaveLength(400);
    expect((top[0]! - vertices[0]![0]!) / (480 - 14 - 70)).toBeCloseTo(0.2, 2);
  });

  test('of an unfinished run ends at its last epoch, and a plateau shows where it halved', () => {
    expect(drawLearningRate(settings, makeEpochs(2)).description).toMatch(
      /^Over 2 epochs: .*0\.004 at last\.$/,
    );
    const flat = makeEpochs(6).map((epoch) => ({ ...epoch, val_loss: 1 }));
    const plateau = { ...settings, schedule: 'plateau' } as const;
    expect(drawLearningRate(plateau, flat).description).toBe(
      'Over 6 epochs: 0.004 at first, at most 0.004, 0.001 at last.',
    );
  });
});

test.each([
  ['all images right', 1],
  ['nearly all', 0.9993],
  ['nine of ten', 0.9],
])('the ticks of accuracy against coverage leave room for the name of the axis (%s)', (_, accuracy) => {
  const points = [0.5, 1].map((coverage) => ({ threshold: 0.5, coverage, accuracy }));
  const ticks = matches(drawCoverage(points).marks, /class="tick"[^>]*text-anchor="end"[^>]*>([^<]*)</g);
  const texts = ticks.map(([, text]) => text!);
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text.length).toBeLessThanOrEqual('0.998'.length);
});

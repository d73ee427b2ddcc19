import { renderComparePage } from '../../lib/report/compare-page';
import {
  compareWithFirst,
  differingEnvironment,
  differingSettings,
  findChangedImages,
  recallByClass,
} from '../../lib/report/compare-runs';
import { makeComparedRun, makeComparisonData, makeReportData } from '../support/report-factory';

const { environment } = makeReportData();
const page = renderComparePage(makeComparisonData(), '0.1.0');

test('only the settings that differ are listed, in the order of the configuration', () => {
  expect(differingSettings(makeComparisonData().runs)).toEqual([
    { name: 'epochs', values: ['6', '10'] },
    { name: 'hidden', values: ['512', '1024, 512, 256'] },
    { name: 'l2', values: ['0', '0.0003'] },
  ]);
});

test('a setting that a run does not use has a dash, and one that no run uses is left out', () => {
  const settings = { optimizer: 'adamw', weightDecay: 0.01 } as const;
  const runs = [
    makeComparedRun('a', { config: { hidden: [512] } }),
    makeComparedRun('b', { config: { model: 'cnn', ...settings } }),
  ];
  expect(differingSettings(runs)).toEqual([
    { name: 'model', values: ['mlp', 'cnn'] },
    { name: 'hidden', values: ['512', '–'] },
    { name: 'filters', values: ['–', '24, 48, 96'] },
    { name: 'optimizer', values: ['adam', 'adamw'] },
    { name: 'weightDecay', values: ['–', '0.01'] },
  ]);
});

test('the page says where the curves of runs cannot be compared', () => {
  const runs = [
    makeComparedRun('a'),
    makeComparedRun('b', { config: { validationFraction: 0.1, labelSmoothing: 0.1 } }),
  ];
  const comparison = renderComparePage({ runs }, '0.1.0');
  expect(comparison).toContain('The losses of runs with label smoothing include it');
  expect(comparison).toContain('is on held out training images, that of the others on the test images');
  expect(page).not.toMatch(/label smoothing|held out/);
});

test('a setting that only one run has is none for the other', () => {
  const sha256 = 'c'.repeat(64);
  const runs = [makeComparedRun('a'), makeComparedRun('b', { config: { initialWeightsSha256: sha256 } })];
  expect(differingSettings(runs)).toEqual([{ name: 'initialWeightsSha256', values: ['none', sha256] }]);
});

test.each([
  { name: 'nothing', second: {}, differing: [] },
  {
    name: 'another engine',
    second: { environment: { ...environment, engine: 'wasm' as const } },
    differing: [{ name: 'engine', values: ['native', 'wasm'] }],
  },
  {
    name: 'another version',
    second: { pipelineVersion: '0.2.0' },
    differing: [{ name: 'pipeline version', values: ['0.1.0', '0.2.0'] }],
  },
])('differing environment: $name', ({ second, differing }) => {
  expect(differingEnvironment([makeComparedRun('a'), makeComparedRun('b', second)])).toEqual(differing);
});

describe('the images that changed', () => {
  /** Rows: right in both, fixed, regressed, wrong in both with other answers, wrong in both with the same answer. */
  const labels = [1, 1, 1, 1, 1];
  const confidence = [0.9, 0.8, 0.7, 0.6, 0.5];
  const first = {
    ...makeComparedRun('a'),
    testPredictions: { labels, confidence, predicted: [1, 7, 1, 7, 4] },
  };
  const last = {
    ...makeComparedRun('b'),
    testPredictions: { labels, confidence, predicted: [1, 1, 7, 4, 4] },
  };

  test('are fixed, regressed, or wrong in another way', () => {
    const changed = findChangedImages([first, last])!;
    expect(changed.fixed.map(({ index }) => index)).toEqual([1]);
    expect(changed.regressed.map(({ index }) => index)).toEqual([2]);
    expect(changed.other.map(({ index }) => index)).toEqual([3]);
    expect(changed.fixed[0]).toEqual({
      index: 1,
      label: 1,
      answers: [
        { predicted: 7, confidence: 0.8 },
        { predicted: 1, confidence: 0.8 },
      ],
    });
  });

  test('of three runs, the first and the last decide; a change in the middle run counts as other', () => {
    const changed = findChangedImages([first, last, first])!;
    expect(changed.other.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(changed.fixed).toEqual([]);
  });

  test.each([
    { name: 'a run without predictions', second: { ...last, testPredictions: undefined } },
    {
      name: 'other test images',
      second: makeComparedRun('b', {
        dataset: { name: 'mnist', contentKey: 'fedcba9876543210', manifestSha256: 'a'.repeat(64) },
      }),
    },
  ])('are unknown: $name', ({ second }) => {
    const { testPredictions, ...rest } = second;
    const run = testPredictions === undefined ? rest : { ...rest, testPredictions };
    expect(findChangedImages([first, run])).toBeUndefined();
    expect(renderComparePage({ runs: [first, run] }, '0.1.0')).toContain(
      'Unknown: the runs have different test',
    );
  });
});

test('the page shows metrics, curves, settings and images side by side', () => {
  const text = page.replace(/<style>.*?<\/style>|<script.*?<\/script>/gs, '').replace(/<[^>]+>/g, ' ');
  const squeezed = text.replace(/\s+/g, ' ');
  expect(squeezed).toContain('one-layer 94.20 % 29 ');
  expect(squeezed).toContain(
    'seed is 3.20 points better than one-layer: 28 images fixed, 12 regressed, more than chance explains (McNemar, p = 0.017).',
  );
  expect(squeezed).toContain('hidden 512 1024, 512, 256');
  expect(page).toMatch(/<strong>97\.40\s%<\/strong>/);
  expect(page.match(/<path class="curve run-1 dashed"/g)).toHaveLength(2);
  expect(page.match(/<title>seed validation, epoch 10: /g)).toHaveLength(2);
  expect(page).toContain('Fixed from one-layer to seed: ');
});

test('without the images, the rows and predictions are still there', () => {
  const { runs } = makeComparisonData();
  const withoutImages = renderComparePage({ runs }, '0.1.0');
  expect(withoutImages).not.toContain('<img');
  expect(withoutImages).toContain('Fixed from one-layer to seed: ');
});

test('all user input is escaped', () => {
  const attack = '"><script>alert(1)</script>';
  const runs = [
    makeComparedRun('a', { environment: { ...environment, device: attack }, config: { dataset: attack } }),
    makeComparedRun('b'),
  ];
  const attacked = renderComparePage({ runs }, attack);
  expect(attacked).not.toContain('<script>alert');
  expect(attacked.split('&quot;&gt;&lt;script&gt;').length - 1).toBe(3);
});

test('a run compared with the first one: the gain in accuracy and McNemar’s test', () => {
  const { runs } = makeComparisonData();
  const [own, other] = compareWithFirst(runs);
  expect(own).toEqual({ accuracyGain: 0, test: { fixedCount: 0, regressedCount: 0, pValue: 1 } });
  expect(other!.accuracyGain).toBeCloseTo(0.032, 6);
  const { fixedCount, regressedCount } = other!.test!;
  expect(fixedCount - regressedCount).toBe(runs[0]!.record.errorCount - runs[1]!.record.errorCount);
});

test('the most confident disagreements come first', () => {
  const changed = findChangedImages(makeComparisonData().runs)!;
  const importance = changed.fixed.map(({ answers }) => answers[0]!.confidence * answers[1]!.confidence);
  expect(importance).toEqual(importance.toSorted((a, b) => b - a));
});

test('recall by class, undefined for a label without images', () => {
  expect(recallByClass({ labels: [0, 0, 2], predicted: [0, 1, 2], confidence: [1, 1, 1] })).toEqual([
    0.5,
    undefined,
    1,
  ]);
});

test('thirty runs are a table and a scatter plot, with curves of the first six', () => {
  const runs = Array.from({ length: 30 }, (_, index) =>
    makeComparedRun(`run-${index}`, { errorEvery: 17 + index }),
  );
  const many = renderComparePage(
    { runs, reportPathOf: (runId) => `artifacts/runs/${runId}/report.html` },
    '0.1.0',
  );
  expect(many.match(/<circle class="point run-\d+" [^>]*r="6"/g)).toHaveLength(30);
  expect(many).toContain('The first 6 of 30 runs.');
  expect(many.match(/href="artifacts\/runs\/run-\d+\/report.html"/g)).toHaveLength(30);
});

test('with more than six runs, equal predictions for an image are counted', () => {
  const pageOf = (runCount: number) =>
    renderComparePage(
      {
        runs: Array.from({ length: runCount }, (_, index) =>
          makeComparedRun(`run-${index}`, { errorEvery: 17 + index }),
        ),
      },
      '0.1.0',
    );
  expect(pageOf(6)).not.toMatch(/<span>\d+ runs?<\/span>/);
  const answers = [...pageOf(7).matchAll(/<ol class="guesses answers">(.*?)<\/ol>/gs)].map(([, list]) =>
    [...list!.matchAll(/<span>(\d+) runs?<\/span>/g)].map((match) => Number(match[1])),
  );
  expect(answers.length).toBeGreaterThan(0);
  for (const counts of answers) {
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  }
});

test('with more than six runs, the settings that differ have one row for each run', () => {
  const runs = Array.from({ length: 7 }, (_, index) =>
    makeComparedRun(`run-${index}`, { config: { epochs: 3 + index, dropout: index / 10 } }),
  );
  const text = renderComparePage({ runs }, '0.1.0')
    .match(/<h2 id="settings">.*?<\/table>/s)![0]
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain('dropout');
  expect(text).toMatch(/run-2 5 0\.2 run-3 6 0\.3/);
});

test('the gate has a column only if it rejected a run', () => {
  const accepted = makeComparedRun('a');
  const rejected = makeComparedRun('b', { status: 'rejected' });
  const pageOf = (...runs: (typeof accepted)[]) => renderComparePage({ runs }, '0.1.0');
  expect(pageOf(accepted, rejected)).toMatch(/>Gate<.*>rejected</s);
  expect(pageOf(accepted, makeComparedRun('c'))).not.toContain('>Gate<');
});

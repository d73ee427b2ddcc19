import { renderComparePage } from '../../lib/report/compare-page';
import { differingCircumstances, differingSettings, findChangedImages } from '../../lib/report/compare-runs';
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

test('a setting that only one run was given is none for the other', () => {
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
])('circumstances: $name', ({ second, differing }) => {
  expect(differingCircumstances([makeComparedRun('a'), makeComparedRun('b', second)])).toEqual(differing);
});

describe('the images that changed', () => {
  /** Rows: right in both, mended, broken, wrong in both but otherwise, wrong in both alike. */
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

  test('are mended, broken, or wrong in another way', () => {
    const changed = findChangedImages([first, last])!;
    expect(changed.mended.map(({ index }) => index)).toEqual([1]);
    expect(changed.broken.map(({ index }) => index)).toEqual([2]);
    expect(changed.other.map(({ index }) => index)).toEqual([3]);
    expect(changed.mended[0]).toEqual({
      index: 1,
      label: 1,
      answers: [
        { predicted: 7, confidence: 0.8 },
        { predicted: 1, confidence: 0.8 },
      ],
    });
  });

  test('of three runs, the first and the last decide, and one between them counts as otherwise', () => {
    const changed = findChangedImages([first, last, first])!;
    expect(changed.other.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(changed.mended).toEqual([]);
  });

  test.each([
    { name: 'a run without predictions', second: { ...last, testPredictions: undefined } },
    {
      name: 'other test images',
      second: makeComparedRun('b', {
        dataset: { name: 'mnist', contentKey: 'fedcba9876543210', manifestSha256: 'a'.repeat(64) },
      }),
    },
  ])('cannot be told: $name', ({ second }) => {
    const { testPredictions, ...rest } = second;
    const run = testPredictions === undefined ? rest : { ...rest, testPredictions };
    expect(findChangedImages([first, run])).toBeUndefined();
    expect(renderComparePage({ runs: [first, run] }, '0.1.0')).toContain(
      'Unknown: the runs have different test',
    );
  });
});

test('the page sets figures, curves, settings and images side by side', () => {
  const text = page.replace(/<style>.*?<\/style>|<script.*?<\/script>/gs, '').replace(/<[^>]+>/g, ' ');
  const squeezed = text.replace(/\s+/g, ' ');
  expect(squeezed).toContain('Accuracy 94.20 % 97.40 %');
  expect(squeezed).toContain('hidden 512 1024, 512, 256');
  expect(page).toMatch(/<strong>97\.40\s%<\/strong>/);
  expect(page.match(/<path class="curve run-1 dashed"/g)).toHaveLength(2);
  expect(page.match(/<title>seed validation, epoch 10: /g)).toHaveLength(2);
  expect(page).toContain('Mended from one-layer to seed: ');
});

test('without the pictures, the rows and answers are still there', () => {
  const { runs } = makeComparisonData();
  const blind = renderComparePage({ runs }, '0.1.0');
  expect(blind).not.toContain('<img');
  expect(blind).toContain('Mended from one-layer to seed: ');
});

test('whatever a person can choose is escaped', () => {
  const attack = '"><script>alert(1)</script>';
  const runs = [
    makeComparedRun('a', { environment: { ...environment, device: attack }, config: { dataset: attack } }),
    makeComparedRun('b'),
  ];
  const attacked = renderComparePage({ runs }, attack);
  expect(attacked).not.toContain('<script>alert');
  expect(attacked.split('&quot;&gt;&lt;script&gt;').length - 1).toBe(3);
});

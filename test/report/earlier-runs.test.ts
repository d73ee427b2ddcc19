import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { encodeTestPredictions } from '../../lib/evaluation/test-predictions';
import { readEarlierRuns } from '../../lib/report/earlier-runs';
import { renderReportPage } from '../../lib/report/report-page';
import { putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { makeComparedRun, makeReportData } from '../support/report-factory';

const contentKey = '0123456789abcdef';
const here = { runId: 'this-run', config: runConfigSchema.parse({}), dataset: { contentKey } };

/** A finished run of 500 test images, every `errorEvery`-th of them wrong. */
async function putRun(
  store: MemoryStore,
  runId: string,
  { minute = 0, errorEvery = 17, hasPredictions = true, content = contentKey } = {},
): Promise<void> {
  const finishedAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const dataset = { name: 'mnist', contentKey: content, manifestSha256: 'a'.repeat(64) };
  const { record, testPredictions } = makeComparedRun(runId, { errorEvery, finishedAt, dataset });
  await putJson(store, objectKeys.runRecord(runId), runRecordSchema, record);
  if (!hasPredictions) return;
  const columns = encodeTestPredictions(runId, content, testPredictions!);
  await store.put(objectKeys.testPredictions(runId), columns);
}

test('the first run of a store has no earlier ones', async () => {
  const store = new MemoryStore();
  await putRun(store, 'this-run');
  expect(await readEarlierRuns(store, here)).toEqual([]);
});

test('the last and the best run are found by time and by accuracy', async () => {
  const store = new MemoryStore();
  await putRun(store, 'a-best', { minute: 1, errorEvery: 60 });
  await putRun(store, 'b-middle', { minute: 2, errorEvery: 20 });
  await putRun(store, 'a-last', { minute: 3, errorEvery: 30 });
  const earlier = await readEarlierRuns(store, here);
  expect(earlier.map(({ runId, role }) => [runId, role])).toEqual([
    ['a-last', 'last'],
    ['a-best', 'best'],
  ]);
  expect(earlier[1]!.testPredictions!.labels).toHaveLength(500);
});

test('one run can be both', async () => {
  const store = new MemoryStore();
  await putRun(store, 'worse', { minute: 1, errorEvery: 20 });
  await putRun(store, 'better', { minute: 2, errorEvery: 30 });
  expect(await readEarlierRuns(store, here)).toMatchObject([{ runId: 'better', role: 'last and best' }]);
});

test('runs on other images, unfinished and damaged runs are left out', async () => {
  const store = new MemoryStore();
  await putRun(store, 'other-images', { minute: 2, content: 'fedcba9876543210' });
  await store.put(objectKeys.config('unfinished'), new TextEncoder().encode('{}'));
  await store.put(objectKeys.runRecord('damaged'), new TextEncoder().encode('{"schemaVersion": 1'));
  await putRun(store, 'old', { hasPredictions: false });
  const [old, ...others] = await readEarlierRuns(store, here);
  expect(old).toEqual({ runId: 'old', role: 'last and best', accuracy: expect.any(Number) });
  expect(others).toEqual([]);
});

test('a store with more than 5000 files of runs is not searched', async () => {
  const store = new MemoryStore();
  await putRun(store, 'earlier');
  const fileCount = async () => {
    let count = 0;
    for await (const _ of store.list(objectKeys.runs)) count += 1;
    return count;
  };
  for (let index = await fileCount(); index < 5000; index += 1)
    await store.put(objectKeys.modelFile('earlier', `file-${index}`), new Uint8Array(1));
  expect(await readEarlierRuns(store, here)).toHaveLength(1);
  await store.put(objectKeys.modelFile('earlier', 'one-more'), new Uint8Array(1));
  expect(await readEarlierRuns(store, here)).toEqual([]);
});

describe('the report', () => {
  const textOf = (html: string) =>
    html
      .replace(/<style>.*?<\/style>|<script.*?<\/script>/gs, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
  const { accuracy, testPredictions } = (() => {
    const { record, testPredictions: columns } = makeComparedRun('best', { errorEvery: 40 });
    return { accuracy: record.accuracy, testPredictions: columns! };
  })();

  test('compares the run with them, by McNemar’s test', () => {
    const earlierRuns = [
      { runId: 'friday', role: 'last' as const, accuracy: 0.9 },
      { runId: 'best', role: 'best' as const, accuracy, testPredictions },
    ];
    const page = renderReportPage(makeReportData({ earlierRuns }));
    const text = textOf(page);
    // 29 of 500 images are wrong in this run, and 13 in the best one, one of them in both.
    expect(text).toContain('best best 97.40 % −3.20 points 12 28 0.017');
    expect(text).toContain('friday last 90.00 % +4.20 points – – –');
    expect(text).toContain(
      'This run is 3.20 points worse than best, the best run: 12 images fixed, 28 regressed, more than chance explains (McNemar, p = 0.017).',
    );
    expect(text).toContain('npx mnist-pipeline compare friday best run-2026');
    expect(page).toContain('<a href="../best/report.html">best</a>');
  });

  test('with the same answers, says that no image changed', () => {
    const data = makeReportData();
    const same = { accuracy: data.metrics.accuracy, testPredictions: data.testPredictions };
    const earlierRuns = [{ runId: 'twin', role: 'last and best' as const, ...same }];
    expect(textOf(renderReportPage({ ...data, earlierRuns }))).toContain(
      'This run and twin, the last and best run are equally accurate; no image was fixed or regressed.',
    );
  });

  test('has no such section in the first run of a store', () => {
    expect(textOf(renderReportPage(makeReportData()))).not.toContain('Compared with earlier runs');
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetManifestSchema, datasetPlanSchema } from '../../lib/contracts/dataset';
import {
  historySchema,
  latestModelSchema,
  metricsSchema,
  predictionsSchema,
  runRecordSchema,
  trainingRecordSchema,
} from '../../lib/contracts/results';
import { storedRunConfigSchema } from '../../lib/contracts/run-config';
import { testPredictionsSchema } from '../../lib/contracts/test-predictions';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const store = join(folder, 'artifacts');
/** A real, small training run: 200 images of 6 × 6 pixels. */
const tiny = ['--dataset', dataset, '--store', store, '--engine', 'wasm', '--hidden', '32', '--epochs', '8'];
const fast = [...tiny, '--batch-size', '32', '--learning-rate', '0.01'];

beforeAll(() => writeTinyDataset(dataset));

const readJson = (key: string) => JSON.parse(readFileSync(join(store, key), 'utf8'));

describe('a run from raw files to report', () => {
  let outcome: Awaited<ReturnType<typeof runCommand>>;
  beforeAll(async () => {
    outcome = await runCommand(['train', ...fast, '--run-id', 'first']);
  });

  test('ends with the report, the labels, the predictions and the accuracy', () => {
    expect(outcome.exitCode).toBe(0);
    expect(outcome.out).toContain(`report         ${join(store, 'runs/first/report.html')}`);
    expect(outcome.out).toMatch(/test accuracy {2}[01]\.\d{4} \(\d+ of 50 wrong\)/);
    const row = (name: string) => outcome.out.match(new RegExp(`${name} +((?:\\d {2}){9}\\d)\\n`))?.[1];
    expect(row('labels')).toBeDefined();
    expect(row('predictions')).toBeDefined();
    expect(runRecordSchema.parse(readJson('runs/first/run.json')).accuracy).toBeGreaterThan(0.8);
  });

  test('a pipe gets one plain line per epoch, on standard error', () => {
    expect(outcome.err.match(/epoch \d\/8 .*loss \d\.\d{4} .*val_acc \d\.\d{4}/g)).toHaveLength(8);
    expect(outcome.out).not.toContain('epoch');
  });

  test('the store has every file of the design, and every JSON file fits its schema', () => {
    const [, prepared] = findPrepared();
    expect(readdirSync(join(store, 'runs/first/evaluation')).sort()).toEqual(
      [
        ...['accuracy', 'confusion-matrix', 'first-ten', 'loss'].flatMap((plot) => [
          `${plot}.png`,
          `${plot}.svg`,
        ]),
        'metrics.json',
        'predictions.json',
        'test-predictions.json',
      ].sort(),
    );
    for (const [key, schema] of [
      [`${prepared}/plan.json`, datasetPlanSchema],
      [`${prepared}/manifest.json`, datasetManifestSchema],
      ['runs/first/config.json', storedRunConfigSchema],
      ['runs/first/history.json', historySchema],
      ['runs/first/training.json', trainingRecordSchema],
      ['runs/first/evaluation/predictions.json', predictionsSchema],
      ['runs/first/evaluation/metrics.json', metricsSchema],
      ['runs/first/evaluation/test-predictions.json', testPredictionsSchema],
      ['runs/first/run.json', runRecordSchema],
      ['models/mnist-mlp/latest.json', latestModelSchema],
    ] as const) {
      expect({ key, ok: schema.safeParse(readJson(key)).error }).toEqual({ key, ok: undefined });
    }
    expect(existsSync(join(store, 'runs/first/model/weights.bin'))).toBe(true);
    expect(readFileSync(join(store, 'runs/first/report.html'), 'utf8')).toContain('</html>');
  });

  test('runs and show describe it, as text and as JSON', async () => {
    const runs = await runCommand(['runs', '--store', store]);
    expect(runs.out).toMatch(/run +status +accuracy/);
    expect(runs.out).toMatch(/first +accepted +[01]\.\d{4}/);
    const show = await runCommand(['show', 'first', '--store', store]);
    expect(show.out).toMatch(/Run first: accepted[\s\S]*learningRate +0\.01/);
    const json = await runCommand(['show', 'first', '--store', store, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ status: 'accepted', record: { runId: 'first' } });
    expect(JSON.parse((await runCommand(['runs', '--store', store, '--json'])).out)).toHaveLength(1);
  });

  test('a second run does not prepare the dataset again, says why, and gives the same weights for the same seed', async () => {
    const second = await runCommand(['train', ...fast, '--run-id', 'second']);
    expect(second.err).toMatch(/prepared/i);
    expect(readJson('runs/second/training.json').weightsSha256).toBe(
      readJson('runs/first/training.json').weightsSha256,
    );
    const other = await runCommand([
      'train',
      ...fast,
      '--run-id',
      'other',
      '--seed',
      '2',
      '--json',
      '--quiet',
    ]);
    expect(other.err).toBe('');
    expect(JSON.parse(other.out)).toMatchObject({
      runId: 'other',
      status: 'accepted',
      labels: expect.any(Array),
    });
    expect(readJson('runs/other/training.json').weightsSha256).not.toBe(
      readJson('runs/first/training.json').weightsSha256,
    );
  });

  test('the latest model is the newest run', () => {
    expect(readJson('models/mnist-mlp/latest.json').runId).toBe('other');
  });

  test('the id of a finished run is refused', async () => {
    const again = await runCommand(['train', ...fast, '--run-id', 'first']);
    expect(again).toMatchObject({ exitCode: 2, out: '' });
    expect(again.err).toMatch(/RunExists: The run "first" is finished.*Choose another run id/);
  });

  test('below the minimum accuracy: exit code 3, the run is kept, its model is not registered', async () => {
    const rejected = await runCommand([
      'train',
      ...fast,
      '--run-id',
      'poor',
      '--min-accuracy',
      '1',
      '--dropout',
      '0.9',
    ]);
    expect(rejected.exitCode).toBe(3);
    expect(rejected.out).toContain('Run poor: rejected');
    expect(rejected.err).toMatch(/QualityGateFailed: .*asks for at least 1/);
    const [, path] = /Look at (.*?\/report\.html);/.exec(rejected.err) ?? [];
    expect(path).toBe(join(store, 'runs/poor/report.html'));
    expect(existsSync(path!)).toBe(true);
    expect(readJson('runs/poor/run.json').status).toBe('rejected');
    expect(readJson('models/mnist-mlp/latest.json').runId).not.toBe('poor');
  });

  function findPrepared(): [string, string] {
    const [name] = readdirSync(join(store, 'datasets'));
    const [contentKey] = readdirSync(join(store, 'datasets', name!, 'prepared'));
    return [name!, `datasets/${name}/prepared/${contentKey}`];
  }
});

test('the config file is read, the flags win', async () => {
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ hidden: [8], epochs: 3, seed: 5 }));
  const { exitCode } = await runCommand([
    ...['train', '--config', file, '--dataset', dataset, '--store', store, '--engine', 'wasm'],
    ...['--epochs', '1', '--run-id', 'from-file'],
  ]);
  expect(exitCode).toBe(0);
  expect(readJson('runs/from-file/config.json').config).toMatchObject({ hidden: [8], epochs: 1, seed: 5 });
});

test('stopped during training: exit code 143, listed as unfinished, resumed by the same command', async () => {
  const stop = new AbortController();
  const long = [...fast, '--run-id', 'stopped', '--epochs', '40'];
  const running = runCommand(['train', ...long], stop.signal);
  while (!existsSync(join(store, 'runs/stopped/history.json')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort('SIGTERM');
  expect(await running).toMatchObject({ exitCode: 143, out: '' });
  expect((await runCommand(['runs', '--store', store])).out).toMatch(/stopped +unfinished +\d+ of 40/);

  const changed = await runCommand(['train', ...long, '--seed', '9']);
  expect(changed.exitCode).toBe(2);
  expect(changed.err).toMatch(
    /RunExists: .*a resumed run keeps its settings: --seed is 1 in the run, and 9 was given\. To resume it: mnist-pipeline train stopped --store/,
  );

  const continued = await runCommand(['train', 'stopped', '--store', store]);
  expect(continued.exitCode).toBe(0);
  expect(continued.err).toContain('Continuing the unfinished run stopped');
}, 60_000);

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SweepResults, sweepResultsSchema } from '../../lib/contracts/sweep';
import { DirectoryStore } from '../../lib/store/directory-store';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const spaceFile = join(folder, 'space.json');
const settings = {
  ...{ dataset, engine: 'wasm', hidden: [16], epochs: 3, batchSize: 32 },
  validationFraction: 0.2,
};
const space = { learningRate: { logRange: [0.001, 0.03] } };
const writeSpace = (file: string, content: unknown) => writeFileSync(file, JSON.stringify(content));

beforeAll(async () => {
  await writeTinyDataset(dataset);
  writeSpace(spaceFile, { settings, space });
});

/** The options of a tiny training without a space file. */
const flags = [
  ...['--dataset', dataset, '--engine', 'wasm', '--hidden', '16', '--epochs', '2', '--batch-size', '32'],
];

function sweepIn(name: string) {
  const store = join(folder, name);
  const sweep = (...args: string[]) => runCommand(['sweep', ...args, '--store', store]);
  const readResults = (sweepId: string): SweepResults =>
    sweepResultsSchema.parse(JSON.parse(readFileSync(join(store, `sweeps/${sweepId}/results.json`), 'utf8')));
  const runs = () => (existsSync(join(store, 'runs')) ? readdirSync(join(store, 'runs')).sort() : []);
  return { store, sweep, readResults, runs };
}

describe('a sweep of two trials', () => {
  const { store, sweep, readResults, runs } = sweepIn('random');
  let outcome: Awaited<ReturnType<typeof sweep>>;
  beforeAll(async () => {
    outcome = await sweep(spaceFile, '--trials', '2', '--sampler', 'random', '--sweep-id', 'rates');
  });

  it('ends with a table, the winner, and the command that trains it', () => {
    expect(outcome.err).not.toContain('Error');
    expect(outcome.exitCode).toBe(0);
    expect(outcome.out).toContain('Sweep rates: 2 of 2 trials done; 6 of 6 epochs');
    expect(outcome.out).toMatch(/trial +status +epochs +val_loss +time +learningRate/);
    expect(outcome.out).toMatch(/winner {3}trial \d: val_loss \d\.\d{4}, test accuracy [01]\.\d{4}/);
    expect(outcome.out).toMatch(/to use {3}npx mnist-pipeline train .*--learning-rate 0\.0\d+/);
  });

  it('stores its results last, and trials and winner as runs', () => {
    const { trials, winner, summary } = readResults('rates');
    expect(runs()).toEqual(['rates-1', 'rates-2', 'rates-winner']);
    expect(trials.map(({ status, epochs }) => [status, epochs])).toEqual(Array(2).fill(['finished', 3]));
    const values = trials.map(({ value }) => value!);
    expect(values[winner!.trial - 1]).toBe(Math.min(...values));
    expect(summary).toBeNull();
  });

  it('tests and registers the winner alone, without training it again', async () => {
    const { winner } = readResults('rates');
    const read = (path: string) => JSON.parse(readFileSync(join(store, path), 'utf8'));
    expect(readdirSync(join(store, 'models'))).toEqual(['mnist-mlp']);
    expect(read('models/mnist-mlp/latest.json')).toMatchObject({ runId: 'rates-winner' });
    const weightsOf = (runId: string) => read(`runs/${runId}/training.json`).weightsSha256;
    expect(weightsOf('rates-winner')).toBe(weightsOf(winner!.runId));
    expect(read(`runs/${winner!.runId}/run.json`).testCount).toBe(40);
    expect(read('runs/rates-winner/run.json').testCount).toBe(50);
    const best = await runCommand(['show', 'best', '--store', store]);
    expect(best.out).toContain('Run rates-winner: accepted');
  });

  it('prints one line for each trial to a pipe, and the notes of the first alone', () => {
    const lines = outcome.err.split('\n');
    expect(lines.filter((line) => /^ {2}trial \d {2}finished/.test(line))).toHaveLength(2);
    expect(lines.length).toBeLessThan(25);
  });

  it('has one line in the list of runs, its winner, unless its trials are asked for', async () => {
    const runs = (...args: string[]) => runCommand(['runs', '--store', store, ...args]);
    const reads = jest.spyOn(DirectoryStore.prototype, 'get');
    const { out } = await runs();
    expect(reads.mock.calls.flat()).toContain('runs/rates-winner/run.json');
    expect(reads.mock.calls.flat()).not.toContain('runs/rates-1/run.json');
    expect(out).toMatch(/^\* rates-winner +accepted/m);
    expect(out).not.toMatch(/^. rates-1/m);
    expect(out).toContain(
      'Not listed without --trials:\n  2 trials of rates: mnist-pipeline sweep show rates',
    );
    const withTrials = (await runs('--trials')).out;
    expect(withTrials).toMatch(/^ {2}rates-1 +accepted/m);
    expect(withTrials).not.toContain('Not listed');
    expect(withTrials).toMatch(/^ {2}rates-1 +accepted +[01]\.\d{4}† /m);
    expect(withTrials).toMatch(/^\* rates-winner +accepted +[01]\.\d{4} /m);
    expect(withTrials).toContain('† on validation images, as trials are measured');
    expect(JSON.parse((await runs('--json')).out)).toHaveLength(3);
  });

  it('has an id that is none of a run, and runs whose ids are none of a sweep', async () => {
    const show = await runCommand(['show', 'rates', '--store', store]);
    expect(show).toMatchObject({ exitCode: 2, out: '' });
    expect(show.err).toContain(
      'Its runs are rates-winner (its best trial, tested), and rates-1 to rates-2 (its trials).',
    );
    const train = await runCommand(['train', 'rates', '--store', store]);
    expect(train).toMatchObject({ exitCode: 2, out: '' });
    expect(train.err).toContain(`To continue it: mnist-pipeline sweep --sweep-id rates --store ${store}`);
    const resume = await runCommand(['train', ...flags, '--resume-from', 'rates', '--store', store]);
    expect(resume.exitCode).toBe(2);
    expect(resume.err).toContain('"rates" is a sweep, and a run is needed here. Its runs are rates-winner');
    const sweepShow = await runCommand(['sweep', 'show', 'rates-winner', '--store', store]);
    expect(sweepShow.err).toContain(`is a run. "mnist-pipeline show rates-winner --store ${store}" shows it`);
    expect(runs()).not.toContain('rates');
  });

  it('has trials that are compared with each other, and not with its winner', async () => {
    const to = ['--store', store, '--to', join(folder, 'compare.html')];
    const trials = await runCommand(['compare', 'rates-1', 'rates-2', ...to]);
    expect(trials.out).toMatch(/^ {2}images {7}\d+ fixed, \d+ regressed/m);
    const { out } = await runCommand(['compare', 'rates-1', 'rates-winner', ...to]);
    expect(out).toContain(
      'images       cannot be compared: rates-1 was measured on validation images, and the others on test images',
    );
  });

  it('is over: it runs again only when extended, and shows the same table', async () => {
    const again = await sweep('--sweep-id', 'rates');
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('--extend N adds trials') });
    const shown = await runCommand(['sweep', 'show', '--store', store]);
    expect(shown.out).toBe(outcome.out);
    const before = readResults('rates');
    const extended = await sweep('--sweep-id', 'rates', '--extend', '1', '--json', '--quiet');
    expect(extended).toMatchObject({ exitCode: 0, err: '' });
    const results = sweepResultsSchema.parse(JSON.parse(extended.out));
    expect(results.trials).toHaveLength(3);
    expect(results.trials.slice(0, 2)).toEqual(before.trials);
    const best = [...results.trials].sort((a, b) => a.value! - b.value!)[0]!;
    expect(results.winner).toMatchObject({ trial: best.trial, runId: best.runId });
  });
});

test('networks of several kinds are trained in a process for each kind, with the settings of runs by themselves', async () => {
  const { store, sweep } = sweepIn('kinds');
  const file = join(folder, 'kinds.json');
  const { hidden: _, ...ofAll } = { ...settings, epochs: 1 };
  const filters = { values: [[2]], when: { model: ['cnn'] } };
  writeSpace(file, { settings: ofAll, space: { model: ['mlp', 'cnn'], filters } });
  const fork = jest.spyOn(
    jest.requireActual<typeof import('node:child_process')>('node:child_process'),
    'fork',
  );
  expect((await sweep(file, '--sampler', 'grid', '--sweep-id', 'kinds')).exitCode).toBe(0);
  // The winner may need the first one again.
  expect(fork.mock.calls.length).toBeGreaterThanOrEqual(2);
  // With WASM, which computes alike in any process, equal settings give equal bytes.
  const weightsOf = (runId: string) => readFileSync(join(store, `runs/${runId}/model/weights.bin`));
  const [mlp, cnn] = [1, 2].map((trial) => weightsOf(`kinds-${trial}`));
  for (const [model, weights] of [
    ['mlp', mlp],
    ['cnn', cnn],
  ] as const) {
    const config = join(folder, `${model}.json`);
    writeSpace(config, { ...ofAll, model, ...(model === 'cnn' && { filters: [2] }) });
    await runCommand(['train', model, '--config', config, '--store', store]);
    expect(weightsOf(model)).toEqual(weights);
  }
}, 120_000);

test('side by side on a fresh store, the trials share the shards that one of them made', async () => {
  const { store, sweep, runs } = sweepIn('fresh');
  const { exitCode, err } = await sweep(spaceFile, '--trials', '2', '--max-parallel', '2', '--sweep-id', 's');
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining('Sweep s') });
  expect(runs()).toEqual(['s-1', 's-2', 's-winner']);
  expect(existsSync(join(store, '.store/held')) && readdirSync(join(store, '.store/held'))).toEqual([]);
}, 120_000);

test('halving pauses the worse trials, and a sweep that was interrupted goes on to the same table', async () => {
  const whole = sweepIn('halving');
  const args = [spaceFile, '--trials', '3', '--stop', 'halving', '--sweep-id', 'halved', '--json'];
  expect((await whole.sweep(...args)).exitCode).toBe(0);
  const results = whole.readResults('halved');
  expect(results.rungs).toEqual([1, 3]);
  expect(results.trials.map(({ status, epochs }) => [status, epochs]).sort()).toEqual([
    ['finished', 3],
    ...Array(2).fill(['stopped', 1]),
  ]);

  const stopped = sweepIn('stopped');
  const controller = new AbortController();
  const running = runCommand(['sweep', ...args, '--store', stopped.store], controller.signal);
  while (!existsSync(join(stopped.store, 'runs/halved-2/config.json')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort('SIGINT');
  const interrupted = await running;
  expect(interrupted.exitCode).toBe(130);
  expect(interrupted.err).toContain('To continue the sweep: mnist-pipeline sweep --sweep-id halved --store');
  expect(existsSync(join(stopped.store, 'sweeps/halved/results.json'))).toBe(false);
  const shown = await runCommand(['sweep', 'show', 'halved', '--store', stopped.store]);
  expect(shown.out).toMatch(/Sweep halved: 0 of 3 trials done, \d paused/);

  expect((await stopped.sweep('--sweep-id', 'halved')).exitCode).toBe(0);
  const comparable = ({ trials, winner }: SweepResults) => ({
    winner,
    trials: trials.map(({ seconds: _, ...trial }) => trial),
  });
  expect(comparable(stopped.readResults('halved'))).toEqual(comparable(results));
});

test.each([
  ['--folds', '2', 'fold'],
  ['--seeds', '2', 'seed'],
])('%s %s needs no space, and is summarized without a winner', async (option, count, name) => {
  const { sweep, readResults, runs } = sweepIn(name);
  const fraction = option === '--seeds' ? ['--validation-fraction', '0.2'] : [];
  const { exitCode, out, err } = await sweep(option, count, ...flags, ...fraction, '--sweep-id', 'many');
  expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
  expect(out).toMatch(/val_loss \d\.\d{4} ± \d\.\d{4} .*95 % interval of the mean/);
  const { trials, winner, summary } = readResults('many');
  expect(trials.map(({ drawn }) => drawn)).toEqual([{ [name]: 1 }, { [name]: 2 }]);
  expect(summary!.mean).toBeCloseTo((trials[0]!.value! + trials[1]!.value!) / 2, 10);
  expect(winner).toBeNull();
  expect(runs()).toEqual(['many-1', 'many-2']);
});

test('an extension that was stopped is not added again, and its trials are trained by the id alone', async () => {
  const { store, sweep, readResults } = sweepIn('extended');
  const given = [...flags, '--validation-fraction', '0.2', '--sweep-id', 'many'];
  expect((await sweep('--seeds', '2', ...given)).exitCode).toBe(0);
  const extend = ['--sweep-id', 'many', '--extend', '2'];
  const controller = new AbortController();
  const running = runCommand(['sweep', ...extend, '--store', store], controller.signal);
  while (!existsSync(join(store, 'runs/many-3/config.json')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort('SIGINT');
  expect((await running).exitCode).toBe(130);
  const again = await sweep(...extend);
  expect(again.exitCode).toBe(2);
  expect(again.err).toContain('is not over: of its 4 trials, 2 have ended. --extend 2 adds trials');
  expect(again.err).toContain('To continue the sweep: mnist-pipeline sweep --sweep-id many --store');
  expect((await sweep('--sweep-id', 'many')).exitCode).toBe(0);
  expect(readResults('many').trials).toHaveLength(4);
});

describe('trials that fail', () => {
  const diverging = {
    ...{ ...settings, hidden: [], dropout: 0, epochs: 2, batchSize: 2 },
    ...{ optimizer: 'sgd', momentum: 0.99, nesterov: true, l2: 1 },
  };
  const file = join(folder, 'diverging.json');
  beforeAll(() => writeSpace(file, { settings: diverging, space: { learningRate: [1, 0.001] } }));

  it('end the sweep with their error; more may fail when it is continued', async () => {
    const { sweep, readResults } = sweepIn('failing');
    const failed = await sweep(file, '--sampler', 'grid', '--sweep-id', 'rates');
    expect(failed.exitCode).toBe(4);
    expect(failed.err).toContain(
      'TrainingDiverged: A trial has failed, and 0 may fail (--max-failed). Trial 1, rates-1:',
    );
    expect(failed.err).toContain(
      'To go on without it: mnist-pipeline sweep --sweep-id rates --max-failed 1 --store',
    );
    expect((await sweep('--sweep-id', 'rates')).exitCode).toBe(4);
    const continued = await sweep('--sweep-id', 'rates', '--max-failed', '1');
    expect(continued.exitCode).toBe(0);
    expect(continued.out).toMatch(/failed: TrainingDiverged/);
    expect(readResults('rates').trials.map(({ status }) => status)).toEqual(['failed', 'finished']);
  });

  it('are all in the table, also where none is left', async () => {
    const { sweep, readResults } = sweepIn('all-failing');
    const allFile = join(folder, 'all-diverging.json');
    writeSpace(allFile, { settings: diverging, space: { learningRate: [1, 0.99] } });
    const outcome = await sweep(allFile, '--sampler', 'grid', '--max-failed', '2', '--sweep-id', 'rates');
    expect(outcome.exitCode).toBe(4);
    expect(outcome.err).toContain('All 2 trials of the sweep "rates" failed.');
    expect(outcome.out).toContain('2 failed');
    expect(readResults('rates')).toMatchObject({ winner: null });
  });
});

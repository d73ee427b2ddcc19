import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const store = join(folder, 'artifacts');
const file = join(folder, 'space.json');
const otherFile = join(folder, 'other.json');
const notJson = join(folder, 'not.json');
const settings = { dataset, engine: 'wasm', hidden: [16], epochs: 1, batchSize: 32, validationFraction: 0.2 };

beforeAll(async () => {
  await writeTinyDataset(dataset);
  writeFileSync(file, JSON.stringify({ settings, space: { learningRate: [0.01, 0.02] } }));
  writeFileSync(otherFile, JSON.stringify({ settings, space: { learningRate: [0.01, 0.03] } }));
  writeFileSync(notJson, '{"space": ');
});

const sweep = (...args: string[]) => runCommand(['sweep', ...args, '--store', store]);

test.each([
  ['nothing', [], 'There is nothing to sweep over. Give a space file'],
  ['a file that is not there', ['absent.json'], 'The space file "absent.json" cannot be read (ENOENT)'],
  ['a file that is not JSON', [notJson], 'is not JSON'],
  ['no number of trials', [file], '--trials'],
  ['no trials', [file, '--trials', '0'], '--trials'],
  ['half a trial', [file, '--trials', '1.5'], '--trials'],
  ['an unknown sampler', [file, '--sampler', 'bayes'], "'bayes' is invalid"],
  ['folds and a space', [file, '--folds', '5'], 'a space file and --folds were given together'],
  ['folds and seeds', ['--folds', '5', '--seeds', '5'], '--folds and --seeds were given together'],
  ['folds and a rule', ['--folds', '5', '--stop', 'median'], '--stop belongs to a space'],
  ['one fold', ['--folds', '1'], '--folds'],
  ['seeds without validation data', ['--seeds', '2', '--dataset', dataset], 'validationFraction'],
  ['settings alone', ['--sweep-id', 'friday', '--epochs', '3'], 'stays as it is, and --epochs was given'],
  ['an unknown sweep', ['--sweep-id', 'friday'], 'There is no sweep "friday"'],
  ['an extension of nothing', ['--extend', '3'], 'Say to which, by --sweep-id'],
  ['an extension of a new sweep', [file, '--extend', '3', '--sweep-id', 'friday'], 'Leave it out'],
  ['an id that leaves its folder', [file, '--trials', '2', '--sweep-id', '../up'], 'a sweep id is'],
  ['a setting that a sweep sets itself', [file, '--fold', '3'], "unknown option '--fold'"],
])('%s: exit code 2, and nothing is stored', async (_, args, sentence) => {
  const { exitCode, err } = await sweep(...args);
  expect(err).toContain(sentence);
  expect(exitCode).toBe(2);
  expect(existsSync(join(store, 'sweeps'))).toBe(false);
});

test('a dataset that is refused leaves nothing', async () => {
  const { exitCode, err } = await sweep(file, '--sampler', 'grid', '--dataset', join(folder, 'nowhere'));
  expect(err).toContain('nowhere');
  expect(exitCode).toBe(2);
  expect(existsSync(join(store, 'sweeps'))).toBe(false);
});

test('a sweep that exists is not continued with another space, other settings or another sampler', async () => {
  expect((await sweep(file, '--sampler', 'grid', '--sweep-id', 'rates')).exitCode).toBe(0);
  const other = await sweep(otherFile, '--sampler', 'grid', '--sweep-id', 'rates');
  expect(other).toMatchObject({ exitCode: 2 });
  expect(other.err).toContain(
    'learningRate in its space is {"values":[0.01,0.02]}, and {"values":[0.01,0.03]} was given',
  );
  const longer = await sweep(file, '--sampler', 'grid', '--epochs', '2', '--sweep-id', 'rates');
  expect(longer.err).toContain(
    'epochs in its settings is 1, and 2 was given; rungs is [1] in it, and [2] was given',
  );
  const sampled = await sweep(file, '--sampler', 'sobol', '--trials', '2', '--sweep-id', 'rates');
  expect(sampled.err).toContain('sampler is "grid" in it, and "sobol" was given');
  const extended = await sweep('--sweep-id', 'rates', '--extend', '1');
  expect(extended.err).toContain('A grid has one trial for each');
  expect(extended.err).not.toContain('To continue');
});

test('sweep show names the sweeps that there are', async () => {
  const shown = await runCommand(['sweep', 'show', 'rate', '--store', store]);
  expect(shown).toMatchObject({ exitCode: 2, err: expect.stringContaining('Did you mean "rates"?') });
  const empty = await runCommand(['sweep', 'show', '--store', join(folder, 'empty')]);
  expect(empty).toMatchObject({ exitCode: 2, err: expect.stringContaining('There is no sweep in') });
});

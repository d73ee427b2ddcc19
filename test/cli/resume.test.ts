import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const small = ['--dataset', dataset, '--engine', 'wasm', '--hidden', '8', '--batch-size', '32'];

beforeAll(() => writeTinyDataset(dataset));

let count = 0;
let store: string;
beforeEach(() => {
  count += 1;
  store = join(folder, `store-${count}`);
});
const train = (...args: string[]) => runCommand(['train', '--store', store, ...args]);

/** A run of forty epochs that was stopped after its first ones. */
async function interrupt(runId: string) {
  const stop = new AbortController();
  const args = ['train', runId, '--store', store, ...small, '--epochs', '40', '--seed', '7'];
  const running = runCommand(args, stop.signal);
  while (!existsSync(join(store, 'runs', runId, 'history.json'))) await pause(5);
  stop.abort('SIGINT');
  return running;
}

test('Ctrl-C ends with the whole command that resumes, and that command resumes', async () => {
  const { exitCode, err } = await interrupt('friday');
  const command = `mnist-pipeline train friday --store ${store}`;
  expect(exitCode).toBe(130);
  expect(err).toMatch(new RegExp(`Interrupted: .*\\nTo resume it: ${command}\\n$`));
  const resumed = await runCommand(command.split(' ').slice(1));
  expect(resumed).toMatchObject({ exitCode: 0, out: expect.stringContaining('Run friday: accepted') });
  const { config } = JSON.parse(readFileSync(join(store, 'runs/friday/config.json'), 'utf8'));
  expect(config).toMatchObject({ epochs: 40, seed: 7, hidden: [8] });
}, 60_000);

test('other settings are refused, and each is named with both values', async () => {
  await interrupt('friday');
  const { exitCode, out, err } = await train('friday', '--seed', '8', '--epochs', '40', '--hidden', '4,2');
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toContain(
    'RunExists: The run "friday" is not finished, and a resumed run keeps its settings: --hidden is [8] in the run, and [4,2] was given; --seed is 7 in the run, and 8 was given. To resume it: mnist-pipeline train friday',
  );
  expect(err).not.toContain('--epochs');
  const invalid = await train('friday', '--epochs', 'many');
  expect(invalid.err).toMatch(/--epochs: .*\(received "many"\)/);
}, 60_000);

test('the same settings and "latest" resume as well', async () => {
  await interrupt('friday');
  const { exitCode, out } = await train('latest', '--seed', '7');
  expect({ exitCode, out }).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('Run friday: accepted'),
  });
}, 60_000);

test.each([
  ['latest', /There is no run in .*, so "latest" means none/],
  ['best', /There is no finished run in .*, so "best" means none/],
])('"%s" is no name for a new run', async (name, message) => {
  const { exitCode, err } = await train('--run-id', name, ...small);
  expect(exitCode).toBe(2);
  expect(err).toMatch(message);
  expect(existsSync(store)).toBe(false);
});

test('a run that is being trained is refused to a second process, and the first one ends as if alone', async () => {
  const args = ['friday', ...small, '--epochs', '20', '--seed', '7'];
  const first = train(...args);
  while (!existsSync(join(store, 'runs/friday/history.json'))) await pause(5);
  const second = await train(...args);
  expect({ exitCode: second.exitCode, out: second.out }).toEqual({ exitCode: 2, out: '' });
  expect(second.err).toMatch(
    /RunExists: The run "friday" in .* is trained by process \d+ on \S+ since 20\d\d-.* UTC\. Wait for it, or stop it/,
  );
  expect(await first).toMatchObject({ exitCode: 0, out: expect.stringContaining('Run friday: accepted') });
  const { epochs } = JSON.parse(readFileSync(join(store, 'runs/friday/history.json'), 'utf8'));
  expect(epochs).toHaveLength(20);
  expect((await train('friday')).err).toContain('The run "friday" is finished');
}, 60_000);

test('an argument and a flag that differ are refused', async () => {
  const { exitCode, err } = await train('friday', '--run-id', 'monday', ...small);
  expect(exitCode).toBe(2);
  expect(err).toContain('The argument is "friday", and --run-id is "monday".');
});

test('after a run: the best one so far, and the next commands', async () => {
  const first = await train('first', ...small, '--epochs', '2', '--learning-rate', '0.01');
  expect(first.out).not.toContain('best so far');
  expect(first.out).not.toContain('compare');
  const second = await train('second', ...small, '--epochs', '1', '--learning-rate', '0.000001');
  expect(second.out).toMatch(/best so far {4}0\.\d{4} \(first\), \d+\.\d\d points above this run/);
  const flag = ` --store ${store}`;
  expect(second.out).toMatch(/\n\nNext:\n/);
  for (const command of [
    'open second',
    'serve second',
    'predict image.png --run-id second',
    'compare first second',
  ])
    expect(second.out).toContain(`  mnist-pipeline ${command}${flag}`);
  const third = await train('third', ...small, '--epochs', '8', '--learning-rate', '0.01');
  expect(third.out).toMatch(
    /best so far {4}(this run; the best before it: 0\.\d{4} \(first\)|.*the same as this run)/,
  );
  expect(third.out).toContain('compare second third');
}, 60_000);

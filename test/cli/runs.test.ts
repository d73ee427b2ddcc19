import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { objectKeys } from '../../lib/contracts/object-keys';
import { latestModelSchema, metricsSchema, type RunRecord } from '../../lib/contracts/results';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { DirectoryStore } from '../../lib/store/directory-store';
import { putJson } from '../../lib/store/json-objects';
import { putConfig, putFinishedRun, putHistory } from '../cloud/finished-run';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = join(useScratchFolder(), 'artifacts');
const store = new DirectoryStore(folder);
const year = new Date().getUTCFullYear();

async function putRun(runId: string, month: string, facts: Partial<RunRecord>): Promise<void> {
  await putFinishedRun(store, runId, facts.status ?? 'accepted', {
    createdAt: `${month}-25T17:58:00.000Z`,
    ...facts,
  });
}

beforeAll(async () => {
  await putRun('a', '2020-11', {
    accuracy: 0.98,
    loss: 0.06,
    phases: [
      { name: 'train', seconds: 40 },
      { name: 'evaluate', seconds: 1.2 },
    ],
    config: runConfigSchema.parse({ epochs: 3, dataset: 'my-digits' }),
  });
  await putRun('b', `${year}-01`, {
    status: 'rejected',
    accuracy: 0.9,
    loss: 0.3,
    phases: [{ name: 'train', seconds: 3733 }],
  });
  await putJson(store, objectKeys.metrics('a'), metricsSchema, {
    ...{ schemaVersion: 1, runId: 'a', testCount: 10_000, errorCount: 165, accuracy: 0.98, loss: 0.06 },
    classes: Array.from({ length: 47 }, (_, label) => ({
      ...{ label, precision: 1, recall: 1, f1: 1, support: 1 },
    })),
    confusionMatrix: [],
    worstMistakes: [],
  });
  await putConfig(store, 'c', 40);
  await putHistory(store, 'c', 3);
  await putJson(store, objectKeys.latestModel('digits'), latestModelSchema, {
    schemaVersion: 1,
    modelName: 'digits',
    runId: 'a',
    accuracy: 0.98,
    promotedAt: '2020-11-25T18:00:00.000Z',
  });
});

const runs = async (...flags: string[]) => {
  const { exitCode, out, err } = await runCommand(['runs', '--store', folder, ...flags]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return out;
};
const idsIn = (out: string) => [...out.matchAll(/^[* ] ([abc]) /gm)].map(([, runId]) => runId);

test('the newest first, with date, duration, epochs, accuracy and the registered model', async () => {
  const lines = (await runs()).split('\n');
  const c = lines.find((line) => line.startsWith('  c '));
  expect(lines[0]).toBe(
    '  run  status      accuracy   epochs  started      duration    loss  dataset    model',
  );
  expect(c).toMatch(/^ {2}c {4}unfinished {12}3 of 40 {2}/);
  expect(lines).toContain('  b    rejected      0.9000        2  01-25 17:58   1:02:13  0.3000  mnist');
  expect(lines).toContain(
    `* a    accepted      0.9800        3  2020-11-25       0:41  0.0600  my-digits  digits`,
  );
  expect(lines.slice(-2)).toEqual(['* the registered model', '']);
  expect(idsIn(lines.join('\n')).at(-1)).toBe('a');
});

test.each([
  [
    ['--sort', 'accuracy'],
    ['a', 'b', 'c'],
  ],
  [
    ['--sort', 'loss'],
    ['a', 'b', 'c'],
  ],
  [
    ['--sort', 'duration'],
    ['a', 'b', 'c'],
  ],
  [
    ['--sort', 'epochs'],
    ['a', 'c', 'b'],
  ],
  [
    ['--sort', 'run'],
    ['a', 'b', 'c'],
  ],
  [['--sort', 'accuracy', '--limit', '1'], ['a']],
  [
    ['--sort', 'run', '--limit', '9'],
    ['a', 'b', 'c'],
  ],
])('%j lists %j', async (flags, expected) => {
  expect(idsIn(await runs(...flags))).toEqual(expected);
});

test('as JSON in the order of the ids, unless an order is given', async () => {
  const listed = async (...flags: string[]) =>
    JSON.parse(await runs('--json', ...flags)).map(({ runId }: { runId: string }) => runId);
  expect(await listed()).toEqual(['a', 'b', 'c']);
  expect(await listed('--sort', 'epochs', '--limit', '2')).toEqual(['a', 'c']);
});

test.each([
  [80, 'run  status      accuracy   epochs  started      duration    loss  dataset'],
  [70, 'run  status      accuracy   epochs  started      duration    loss'],
  [40, 'run  status      accuracy   epochs'],
  [10, 'run  status      accuracy'],
])('a terminal of %i columns gets whole columns: %s', async (columns, heading) => {
  const noSignal = new AbortController().signal;
  const { out } = await runCommand(['runs', '--store', folder], noSignal, columns);
  const plain = stripVTControlCharacters(out);
  expect(plain.split('\n')[0]).toBe(`  ${heading}`);
  expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
    Math.max(columns, 31),
  );
});

test.each([
  ['0', />=1 \(received 0\)/],
  ['all', /expected number.*\(received "all"\)/],
])('--limit %s is refused', async (limit, message) => {
  const { exitCode, err } = await runCommand(['runs', '--store', folder, '--limit', limit]);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/The value of --limit cannot be used/);
  expect(err).toMatch(message);
});

describe('colors', () => {
  afterEach(() => {
    delete process.env['FORCE_COLOR'];
  });

  test.each([
    ['a', '\u001b[32maccepted\u001b[39m'],
    ['b', '\u001b[31mrejected\u001b[39m'],
  ])('the status of %s is %j', async (runId, status) => {
    process.env['FORCE_COLOR'] = '1';
    expect((await runCommand(['show', runId, '--store', folder])).out).toContain(`Run ${runId}: ${status}\n`);
    expect(await runs()).toContain(status.slice(0, status.lastIndexOf('\u001b')));
  });

  test('the name of an error is red', async () => {
    process.env['FORCE_COLOR'] = '1';
    const { err } = await runCommand(['show', 'nobody', '--store', folder]);
    expect(err).toMatch(/^\n.\[31mArtifactNotFound.\[39m: There is no run/);
  });
});

test('show marks the settings that differ from the default', async () => {
  const { out } = await runCommand(['show', 'a', '--store', folder]);
  expect(out).toMatch(/^ {2}\* {2}epochs +3$/m);
  expect(out).toMatch(/^ {5}hidden +1024, 512, 256$/m);
  expect(out).toMatch(/^ {2}model +the perceptron 1024 → 512 → 256 → 47$/m);
  expect(out).not.toMatch(/^ +filters/m);
  expect(out).toMatch(/test accuracy +0\.9800 \(165 of 10,000 wrong\)/);
  expect(out).toContain('* differs from the default');
});

test('by run, the tenth trial of a sweep is after its second', async () => {
  const sweepFolder = join(folder, '../trials');
  const trials = new DirectoryStore(sweepFolder);
  for (const trial of [1, 2, 10]) await putConfig(trials, `friday-${trial}`);
  const { out } = await runCommand(['runs', '--sort', 'run', '--store', sweepFolder]);
  expect([...out.matchAll(/friday-\d+/g)].flat()).toEqual(['friday-1', 'friday-2', 'friday-10']);
});

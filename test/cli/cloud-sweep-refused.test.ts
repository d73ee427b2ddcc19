import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useMockedSweeps } from '../cloud/mocked-sweeps';
import { putSweep } from '../cloud/stored-sweep';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { bucket, store, spaceFile, sweep, startedNames } = useMockedSweeps(folder);

describe('a sweep is refused before anything is stored', () => {
  test.each<[string, string[], RegExp]>([
    [
      'a dataset on this machine',
      [spaceFile, '--trials', '2', '--dataset', './d'],
      /Upload it with "mnist-pipeline upload/,
    ],
    ['an unknown sweep', ['--sweep-id', 'monday'], /There is no sweep "monday" in s3:/],
    [
      'a compute that does not exist',
      [spaceFile, '--trials', '2', '--compute', 'tpu'],
      /--compute: .*received "tpu"/,
    ],
    ['a negative limit', [spaceFile, '--trials', '2', '--max-cost-usd=-1'], /--max-cost-usd: .*received -1/],
    [
      'a setting for a stored sweep',
      ['--sweep-id', 'x', '--max-cost-usd', '3', '--epochs', '3'],
      /stays as it is, and --epochs was given/,
    ],
    ['a space that cannot be used', [spaceFile, '--trials', '0'], /--trials/],
    [
      'a stack without sweeps',
      [spaceFile, '--trials', '2', '--stack', 'Blue'],
      /"Blue" has no state machine for sweeps.*npm run deploy/,
    ],
    ['--store in addition', [spaceFile, '--store', 'a'], /--cloud' cannot be used with option '--store/],
  ])('%s', async (_, args, message) => {
    const { exitCode, out, err } = await sweep(...args);
    expect(err).toMatch(message);
    expect({ exitCode, out, keys: [...bucket.objects.keys()] }).toEqual({ exitCode: 2, out: '', keys: [] });
    expect(startedNames()).toEqual([]);
  });

  test('datasets of a space, too', async () => {
    const datasets = { dataset: ['mnist', './digits'] };
    writeFileSync(spaceFile, JSON.stringify({ settings: { validationFraction: 0.1 }, space: datasets }));
    const { exitCode, err } = await sweep(spaceFile, '--trials', '2');
    expect(err).toContain('The dataset "./digits" is on this machine');
    expect(exitCode).toBe(2);
  });

  test('that of a sweep which was begun on this machine', async () => {
    await putSweep(store, { settings: { dataset: '/data/digits' } });
    const { exitCode, err } = await sweep('--sweep-id', 'friday');
    expect(err).toContain('The dataset "/data/digits" is on this machine');
    expect({ exitCode, started: startedNames() }).toEqual({ exitCode: 2, started: [] });
  });

  test.each([
    ['--max-cost-usd', '3', /--max-cost-usd limits what a sweep costs on AWS/],
    ['--compute', 'gpu', /--compute is for a sweep on AWS, and this sweep is local/],
    ['--stack', 'Blue', /--stack is for a sweep on AWS/],
  ])('%s %s without --cloud', async (flag, value, message) => {
    const untouched = join(folder, 'untouched');
    const { exitCode, err } = await runCommand([
      'sweep',
      spaceFile,
      '--trials',
      '2',
      flag,
      value,
      '--store',
      untouched,
    ]);
    expect(err).toMatch(message);
    expect({ exitCode, isStored: existsSync(untouched) }).toEqual({ exitCode: 2, isStored: false });
  });
});

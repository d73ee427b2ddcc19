import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { sweepOwnerSchema } from '../../lib/contracts/sweep';
import { readSweep } from '../../lib/pipeline/sweep/read-sweep';
import { getJson } from '../../lib/store/json-objects';
import { sweepStateMachineArn, useMockedCloud } from '../cloud/mocked-cloud';
import { MockedExecutions } from '../cloud/mocked-executions';
import { finishSweep, putSweep } from '../cloud/stored-sweep';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { bucket, store, sfn } = useMockedCloud(folder);
const executions = new MockedExecutions(sfn);
const spaceFile = join(folder, 'space.json');
const space = { dropout: { range: [0, 0.5] } };

beforeEach(() => {
  executions.answer();
  writeFileSync(spaceFile, JSON.stringify({ settings: { validationFraction: 0.1, epochs: 2 }, space }));
});

const sweep = (...args: string[]) => runCommand(['sweep', '--cloud', ...args]);
const start = (...args: string[]) => sweep(spaceFile, '--trials', '2', '--sweep-id', 'friday', ...args);
const startedNames = () => executions.started.map(({ name }) => name);

describe('a new sweep', () => {
  test('is stored, started, followed, and printed as a local one', async () => {
    executions.onStart = async () => {
      await finishSweep(store, 'friday');
      return { status: 'SUCCEEDED' };
    };
    const { exitCode, out, err } = await start('--compute', 'cpu');
    expect({ exitCode, started: executions.started }).toEqual({
      exitCode: 0,
      started: [
        { machine: sweepStateMachineArn, name: 'friday', input: { sweepId: 'friday', compute: 'cpu' } },
      ],
    });
    expect(err).toContain(
      'Sweep friday is started (arn:aws:states:eu-central-1:123456789012:execution:Sweeps:friday)',
    );
    expect(out).toContain('Sweep friday: 2 of 2 trials done; 4 of 4 epochs');
    expect(out).toMatch(/winner {3}trial 1: val_loss 0\.5000, test accuracy 0\.9835/);
    expect(out).toContain('cost     about $0.0246 for the trials');
    expect(out).toContain('page     s3://artifact-bucket/sweeps/friday/sweep.html');
  });

  test('trains ten trials at a time without a limit, unless that is given', async () => {
    await start('--detach');
    expect(await readSweep(store, 'friday')).toMatchObject({ maxParallel: 10, maxCostUsd: 0, maxFailed: 0 });
    const flags = ['--max-parallel', '40', '--max-cost-usd', '2.5', '--max-failed', '3', '--detach'];
    await sweep(spaceFile, '--trials', '2', '--sweep-id', 'other', ...flags);
    expect(await readSweep(store, 'other')).toMatchObject({ maxParallel: 40, maxCostUsd: 2.5, maxFailed: 3 });
  });

  test('--detach prints how to follow it', async () => {
    expect(await start('--detach')).toMatchObject({
      exitCode: 0,
      out: 'Sweep friday is started. To follow it: mnist-pipeline follow friday\n',
    });
    const { out } = await sweep('--folds', '2', '--detach', '--json');
    const { sweepId, executionArn } = JSON.parse(out);
    expect(sweepId).toMatch(/^\d{8}-\d{6}-[0-9a-f]{8}$/);
    expect(executionArn).toMatch(new RegExp(`:execution:Sweeps:${sweepId}$`));
  });

  test('--json prints results.json', async () => {
    executions.onStart = async () => {
      await finishSweep(store, 'friday');
      return { status: 'SUCCEEDED' };
    };
    const { out } = await start('--json', '--quiet');
    expect(JSON.parse(out)).toMatchObject({ sweepId: 'friday', winner: { winnerRunId: 'friday-winner' } });
  });

  test('with a winner below the minimum accuracy has its table, and exit code 3', async () => {
    executions.onStart = async () => {
      await finishSweep(store, 'friday', 'rejected');
      return { status: 'SUCCEEDED' };
    };
    const { exitCode, out, err } = await start();
    expect(out).toContain('winner   trial 1');
    expect(err).toContain('QualityGateFailed: The test accuracy is 0.9835');
    expect(exitCode).toBe(3);
  });

  test('that cannot be started says how to start it later', async () => {
    executions.onStart = () => {
      throw Object.assign(new Error('slow down'), {
        name: 'ThrottlingException',
        $metadata: {},
        $fault: 'client',
      });
    };
    const { exitCode, err } = await start();
    expect(err).toMatch(
      /WorkflowUnavailable: .*\n.*To start it: mnist-pipeline sweep --cloud --sweep-id friday/,
    );
    expect(exitCode).toBe(75);
    expect(await getJson(store, objectKeys.sweepOwner('friday'), sweepOwnerSchema)).toMatchObject({
      owner: null,
    });
  });
});

describe('a sweep that is stored', () => {
  test('and runs is followed by its id alone', async () => {
    await putSweep(store);
    await finishSweep(store, 'friday');
    executions.put('friday', { input: '{"sweepId":"friday"}' });
    const followed = await sweep('--sweep-id', 'friday', '--detach');
    expect(followed.out).toBe(
      'Sweep friday is running already. To follow it: mnist-pipeline follow friday\n',
    );
    expect(startedNames()).toEqual([]);
  });

  test.each([
    ['--extend', '3'],
    ['--max-parallel', '3'],
    ['--max-failed', '1'],
    ['--compute', 'gpu'],
  ])('and runs is not changed by %s %s', async (...flags) => {
    const stored = await putSweep(store);
    executions.put('friday', { input: '{"sweepId":"friday"}' });
    const { exitCode, err } = await sweep('--sweep-id', 'friday', ...flags);
    expect(err).toMatch(
      /RunExists: The sweep "friday" is running.*To follow it: mnist-pipeline sweep --cloud --sweep-id friday\..*mnist-pipeline stop friday/,
    );
    expect({ exitCode, stored: await readSweep(store, 'friday') }).toEqual({ exitCode: 2, stored });
    expect(startedNames()).toEqual([]);
  });

  test('and has ended is continued by an execution with the next name that is free', async () => {
    await putSweep(store);
    executions.put('friday', { status: 'FAILED', input: '{"sweepId":"friday"}' });
    await sweep('--sweep-id', 'friday', '--detach');
    executions.put('friday-execution-2', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
    await sweep('--sweep-id', 'friday', '--max-failed', '1', '--detach');
    expect(startedNames()).toEqual(['friday-execution-2', 'friday-execution-3']);
    expect(await readSweep(store, 'friday')).toMatchObject({ maxFailed: 1, maxParallel: 10 });
  });

  test('is not taken for another one that has such a name as its id', async () => {
    await putSweep(store);
    executions.put('friday', { status: 'FAILED', input: '{"sweepId":"friday"}' });
    executions.put('friday-execution-2', { status: 'RUNNING', input: '{}' });
    await sweep('--sweep-id', 'friday', '--detach');
    expect(startedNames()).toEqual(['friday-execution-3']);
  });

  test('and is over is extended only', async () => {
    await putSweep(store);
    await finishSweep(store, 'friday');
    executions.put('friday', { status: 'SUCCEEDED', input: '{"sweepId":"friday"}' });
    const again = await sweep('--sweep-id', 'friday');
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('--extend N adds trials') });
    expect(await sweep('--sweep-id', 'friday', '--extend', '3', '--detach')).toMatchObject({ exitCode: 0 });
    expect(await readSweep(store, 'friday')).toMatchObject({ trialCount: 5 });
    expect(startedNames()).toEqual(['friday-execution-2']);
  });

  test('keeps its number of trials at a time when its space is given again', async () => {
    await start('--max-parallel', '3', '--detach');
    executions.put('friday', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
    await start('--detach');
    expect(await readSweep(store, 'friday')).toMatchObject({ maxParallel: 3 });
  });

  test('with another space is refused', async () => {
    await start('--detach');
    executions.put('friday', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
    const { exitCode, err } = await start('--epochs', '3');
    expect(err).toContain('epochs in its settings is 2, and 3 was given');
    expect(exitCode).toBe(2);
    expect(startedNames()).toEqual(['friday']);
  });
});

test('of two commands at once, one starts the sweep', async () => {
  const outcomes = await Promise.all([start('--detach'), start('--detach')]);
  expect(startedNames()).toEqual(['friday']);
  for (const { exitCode, err } of outcomes) expect(exitCode === 0 || /RunExists/.test(err)).toBe(true);
});

describe('refused before anything is stored', () => {
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
      'a limit for a stored sweep',
      ['--sweep-id', 'x', '--max-cost-usd', '3'],
      /stays as it is, and --max-cost-usd/,
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

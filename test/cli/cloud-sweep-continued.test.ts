import { readSweep } from '../../lib/pipeline/sweep/read-sweep';
import { sfnError } from '../cloud/mocked-cloud';
import { useMockedSweeps } from '../cloud/mocked-sweeps';
import { drawTrials, finishSweep, finishTrial, putPrices, putSweep } from '../cloud/stored-sweep';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, executions, sweep, start, startedNames } = useMockedSweeps(folder);

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
    ['--max-cost-usd', '3'],
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

  describe('and whose first execution is forgotten', () => {
    const continued = ['--sweep-id', 'friday', '--detach'];
    beforeEach(async () => {
      await start('--detach');
      executions.put('friday', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
      await sweep(...continued);
      executions.forget('friday');
    });

    test('is not started beside its second one', async () => {
      const { out } = await sweep(...continued);
      expect(out).toContain('Sweep friday is running already');
      expect(startedNames()).toEqual(['friday', 'friday-execution-2']);
    });

    test('is continued under a name that none has had', async () => {
      executions.forget('friday-execution-2');
      await sweep(...continued);
      expect(startedNames().at(-1)).toBe('friday-execution-3');
    });
  });

  test('and whose start was refused by AWS is started under the next name', async () => {
    executions.onStart = () => {
      executions.forget('friday');
      throw sfnError('ExecutionLimitExceeded');
    };
    expect(await start('--detach')).toMatchObject({ exitCode: 75 });
    executions.onStart = () => ({});
    expect(await sweep('--sweep-id', 'friday', '--detach')).toMatchObject({ exitCode: 0 });
    expect(startedNames().at(-1)).toBe('friday-execution-2');
  });

  test.each(['2', '0'])('and has a cost limit goes on with that of --max-cost-usd %s', async (limit) => {
    await putSweep(store, { maxCostUsd: 0.5 });
    executions.put('friday', { status: 'FAILED', input: '{"sweepId":"friday"}' });
    await sweep('--sweep-id', 'friday', '--max-cost-usd', limit, '--detach');
    expect(await readSweep(store, 'friday')).toMatchObject({ maxCostUsd: Number(limit) });
    expect(startedNames()).toEqual(['friday-execution-2']);
  });

  test('and has cost more than a new limit is refused, and stays as it is', async () => {
    const stored = await putSweep(store, { maxCostUsd: 0.5 });
    await putPrices(store, 'friday');
    await drawTrials(store, 'friday', [1]);
    await finishTrial(store, 'friday', 1);
    executions.put('friday', { status: 'FAILED', input: '{"sweepId":"friday"}' });
    const { exitCode, err } = await sweep('--sweep-id', 'friday', '--max-cost-usd', '0.2');
    expect(err).toMatch(
      /InvalidInput: .* have cost about \$0\.7120, and a limit of \$0\.2 \(maxCostUsd\) was given\. Give more than was spent/,
    );
    expect({ exitCode, stored: await readSweep(store, 'friday') }).toEqual({ exitCode: 2, stored });
    expect(startedNames()).toEqual([]);
  });

  test.each([
    ['cost limit', '--max-cost-usd', 'maxCostUsd'],
    ['number of trials at a time', '--max-parallel', 'maxParallel'],
  ])('keeps its %s when its space is given again', async (_, flag, name) => {
    await start(flag, '3', '--detach');
    executions.put('friday', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
    await start('--detach');
    expect(await readSweep(store, 'friday')).toMatchObject({ [name]: 3 });
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

  test('with another space is refused', async () => {
    await start('--detach');
    executions.put('friday', { status: 'ABORTED', input: '{"sweepId":"friday"}' });
    const { exitCode, err } = await start('--epochs', '3');
    expect(err).toContain('epochs in its settings is 2, and 3 was given');
    expect(exitCode).toBe(2);
    expect(startedNames()).toEqual(['friday']);
  });
});

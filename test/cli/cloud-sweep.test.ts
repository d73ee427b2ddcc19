import { objectKeys } from '../../lib/contracts/object-keys';
import { sweepOwnerSchema } from '../../lib/contracts/sweep';
import { readSweep } from '../../lib/pipeline/sweep/read-sweep';
import { getJson } from '../../lib/store/json-objects';
import { sweepStateMachineArn } from '../cloud/mocked-cloud';
import { useMockedSweeps } from '../cloud/mocked-sweeps';
import { finishSweep, putPrices } from '../cloud/stored-sweep';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, executions, spaceFile, sweep, start, startedNames } = useMockedSweeps(folder);

describe('a new sweep', () => {
  test('is stored, started, followed, and printed as a local one', async () => {
    executions.onStart = async () => {
      await putPrices(store, 'friday');
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
    expect(out).toContain('cost     about $0.0369 for the trials and the winner');
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

test('of two commands at once, one starts the sweep', async () => {
  const outcomes = await Promise.all([start('--detach'), start('--detach')]);
  expect(startedNames()).toEqual(['friday']);
  for (const { exitCode, err } of outcomes) expect(exitCode === 0 || /RunExists/.test(err)).toBe(true);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { objectKeys } from '../../lib/contracts/object-keys';
import { putConfig, putFinishedRun } from '../cloud/finished-run';
import { decided, sfnError, useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { bucket, store, sfn, answerWith } = useMockedCloud(folder);

describe('runs in the bucket', () => {
  beforeEach(() => putFinishedRun(store, 'friday'));

  test.each([
    ['--cloud', ['--cloud']],
    ['--store', ['--store', 's3://artifact-bucket']],
  ])('runs and show with %s', async (_, flags) => {
    expect((await runCommand(['runs', ...flags])).out).toMatch(/friday +accepted +0\.9835/);
    expect((await runCommand(['show', 'friday', ...flags])).out).toContain(
      's3://artifact-bucket/runs/friday/report.html',
    );
  });

  describe('show --cloud of an unfinished run describes its execution', () => {
    const show = async (facts: object, ...flags: string[]) => {
      answerWith(facts);
      return (await runCommand(['show', 'friday', '--cloud', ...flags])).out;
    };
    beforeEach(async () => {
      bucket.objects.clear();
      await putConfig(store, 'friday');
    });

    test('running', async () => {
      const out = await show({ status: 'RUNNING', startDate: new Date('2026-11-25T12:00:00Z') });
      expect(out).toContain('Run friday: unfinished, 0 of 2 epochs trained');
      expect(out).toContain('is running since 2026-11-25T12:00:00.000Z: mnist-pipeline follow friday');
    });

    test('failed', async () => {
      const out = await show({ status: 'FAILED', error: 'InvalidDataset', cause: decided });
      expect(out).toContain('InvalidDataset: The run "friday" failed in the step "gate": It is 0.5.');
    });

    test('failed before anything was stored', async () => {
      bucket.objects.clear();
      expect(await show({ status: 'TIMED_OUT' })).toMatch(/^ExecutionFailed: .*ran out of time/);
    });

    test('as JSON', async () => {
      expect(JSON.parse(await show({ status: 'ABORTED' }, '--json'))).toMatchObject({
        status: 'unfinished',
        execution: { status: 'ABORTED' },
      });
    });

    test('without an execution, the run as the bucket has it', async () => {
      sfn.on(DescribeExecutionCommand).rejects(sfnError('ExecutionDoesNotExist'));
      const { exitCode, out } = await runCommand(['show', 'friday', '--cloud']);
      expect(out).toMatch(/If it runs on AWS: mnist-pipeline follow friday\./);
      expect(exitCode).toBe(0);
    });
  });

  test.each([['runs'], ['show', 'friday']])('%s --stack without --cloud is refused', async (...args) => {
    expect(await runCommand([...args, '--stack', 'Blue'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/--stack Blue names a pipeline on AWS.*--cloud/),
    });
  });

  test('fetch writes a store that show can read; a second fetch downloads nothing', async () => {
    const to = join(folder, 'fetched');
    const first = await runCommand(['fetch', 'friday', '--to', to]);
    expect(first.out).toContain('Run friday: 7 files fetched, 0 were there already\n');
    expect(first.out).toContain(`report    ${to}/runs/friday/report.html`);
    expect(first.err).toMatch(/model\/weights\.bin {2}1 kB/);
    expect(first.exitCode).toBe(0);
    expect(readFileSync(join(to, objectKeys.modelWeights('friday')), 'utf8')).toBe('the weights');
    expect((await runCommand(['show', 'friday', '--store', to])).out).toContain('Run friday: accepted');

    const second = await runCommand([
      'fetch',
      'friday',
      '--to',
      to,
      '--json',
      '--store',
      's3://artifact-bucket',
    ]);
    expect(JSON.parse(second.out)).toMatchObject({ runId: 'friday', isFinished: true, fetched: [] });
    expect(second.err).toBe('');
  });

  test('fetch of an unfinished run is refused, or forced by --force', async () => {
    bucket.objects.delete(objectKeys.runRecord('friday'));
    const to = join(folder, 'forced');
    expect(await runCommand(['fetch', 'friday', '--to', to])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--force'),
    });
    const forced = await runCommand(['fetch', 'friday', '--to', to, '--force']);
    expect(forced).toMatchObject({ exitCode: 0, out: expect.stringContaining('not finished') });
  });
});

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { objectKeys } from '../../lib/contracts/object-keys';
import { encodeJson } from '../../lib/store/json-objects';
import { useMockedCloud } from '../cloud/mocked-cloud';
import { MockedExecutions } from '../cloud/mocked-executions';
import { drawTrials, finishSweep, putExecutionCount, putSweep, trainTrial } from '../cloud/stored-sweep';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, s3, sfn } = useMockedCloud(folder);
const executions = new MockedExecutions(sfn);
const input = '{"sweepId":"friday"}';

beforeEach(async () => {
  executions.answer();
  await putSweep(store);
});

describe('a sweep', () => {
  test.each(['friday', 'friday-execution-2'])('stop %s stops its latest execution', async (name) => {
    executions.put('friday', { status: 'FAILED', input });
    executions.put('friday-execution-2', { input });
    const { exitCode, out } = await runCommand(['stop', name]);
    expect(out).toBe(
      'Sweep friday is stopped, and the jobs of its trials are ending. To resume it later: mnist-pipeline redrive friday\n',
    );
    expect({ exitCode, stopped: executions.stopped }).toEqual({
      exitCode: 0,
      stopped: ['friday-execution-2'],
    });
  });

  test.each(['friday', 'friday-execution-2', 'friday-execution-3'])(
    'stop %s finds its latest execution when AWS has forgotten those before',
    async (name) => {
      await putExecutionCount(store, 'friday', 3);
      executions.put('friday-execution-3', { input });
      await runCommand(['stop', name]);
      expect(executions.stopped).toEqual(['friday-execution-3']);
    },
  );

  test('stop asks the bucket for nothing when an execution of this name runs', async () => {
    executions.put('friday', { input });
    s3.on(GetObjectCommand).rejects(new Error('The bucket was read'));
    expect(await runCommand(['stop', 'friday'])).toMatchObject({ exitCode: 0 });
    expect(executions.stopped).toEqual(['friday']);
  });

  test('stop does not change one that has ended', async () => {
    executions.put('friday', { status: 'SUCCEEDED', input });
    const { out } = await runCommand(['stop', 'friday', '--json']);
    expect(JSON.parse(out)).toEqual({ sweepId: 'friday', isStopped: false, statusBefore: 'SUCCEEDED' });
    expect(executions.stopped).toEqual([]);
  });

  test('follow ends with its table', async () => {
    await finishSweep(store, 'friday');
    executions.put('friday', { status: 'SUCCEEDED', input });
    const { exitCode, out } = await runCommand(['follow', 'friday']);
    expect(out).toContain('Sweep friday: 2 of 2 trials done');
    expect(exitCode).toBe(0);
  });

  test('redrive resumes its latest execution, and follows it', async () => {
    await finishSweep(store, 'friday');
    executions.put('friday', { status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold', input });
    const { exitCode, out } = await runCommand(['redrive', 'friday']);
    expect(executions.redriven).toEqual(['friday']);
    expect(out).toContain('Sweep friday: 2 of 2 trials done');
    expect(exitCode).toBe(0);
    executions.put('friday', { status: 'FAILED', error: 'States.Timeout', input });
    const detached = await runCommand(['redrive', 'friday', '--detach']);
    expect(detached.out).toBe('Sweep friday is resumed. To follow it: mnist-pipeline follow friday\n');
  });

  test('redrive refuses one that ended by a decision', async () => {
    const cause = JSON.stringify({ step: 'sweep', reason: 'It pays for nothing.', remedy: 'Fix it.' });
    executions.put('friday', { status: 'FAILED', error: 'InvalidInput', cause, input });
    const { exitCode, err } = await runCommand(['redrive', 'friday']);
    expect(err).toMatch(
      /would end in the same way. The sweep "friday" failed in the step "sweep": It pays for nothing\. Fix it\. Then continue it with "mnist-pipeline sweep --cloud --sweep-id friday"/,
    );
    expect({ exitCode, redriven: executions.redriven }).toEqual({ exitCode: 2, redriven: [] });
  });

  test('an unknown name has neither a run nor a sweep', async () => {
    const { exitCode, err } = await runCommand(['stop', 'monday']);
    expect(err).toMatch(/ArtifactNotFound: .*no such execution/);
    expect(exitCode).toBe(2);
  });

  describe('that failed', () => {
    const follow = () => runCommand(['follow', 'friday']);
    const tooMany = 'States.ExceedToleratedFailureThreshold';

    test('because of its trials: the first of them with its reason, both remedies, and its exit code', async () => {
      await drawTrials(store, 'friday', [1, 2]);
      await trainTrial(store, 'friday', 2, 1);
      const outcome = { schemaVersion: 1, status: 'failed', runId: 'friday-2', error: 'TrainingDiverged' };
      await store.put(
        objectKeys.trainingOutcome('friday-2'),
        encodeJson({ ...outcome, message: 'The loss is NaN in epoch 2.' }),
      );
      executions.put('friday', { status: 'FAILED', error: tooMany, input });
      const { exitCode, out, err } = await follow();
      expect(err).toContain(
        [
          'TrainingDiverged: A trial of the sweep "friday" failed, and 0 may fail. Trial 2: The loss is NaN in epoch 2.',
          'To run the failed trials again: mnist-pipeline redrive friday',
          'To tolerate them: mnist-pipeline sweep --cloud --sweep-id friday --max-failed 1',
        ].join('\n'),
      );
      expect({ exitCode, out }).toEqual({ exitCode: 4, out: '' });
    });

    test('because trials lost their machines', async () => {
      executions.put('friday', { status: 'FAILED', error: tooMany, input });
      const { exitCode, err } = await follow();
      expect(err).toMatch(/ExecutionFailed: .*Their executions have the reasons.*execution:Sweeps:friday/);
      expect(exitCode).toBe(75);
    });

    test.each([
      [
        'ABORTED',
        undefined,
        /The sweep "friday" was stopped\. To resume it at the step where it ended: mnist-pipeline redrive friday/,
      ],
      ['TIMED_OUT', undefined, /The sweep "friday" ran out of time\. To resume it/],
      ['FAILED', 'Lambda.Unknown', /The sweep "friday" failed with Lambda\.Unknown.*To resume it/],
    ] as const)('%s %s', async (status, error, message) => {
      executions.put('friday', { status, input, ...(error !== undefined && { error }) });
      const { exitCode, err } = await follow();
      expect(err).toMatch(message);
      expect(exitCode).toBe(75);
    });

    test('too long ago for a redrive: another execution continues it', async () => {
      executions.put('friday', { status: 'ABORTED', input, redriveStatus: 'NOT_REDRIVABLE' });
      expect((await follow()).err).toContain(
        'To continue it: mnist-pipeline sweep --cloud --sweep-id friday',
      );
    });

    test('without a sweep.json', async () => {
      executions.put('monday', { status: 'FAILED', input: '{}' });
      const { exitCode, err } = await runCommand(['follow', 'monday']);
      expect(err).toContain('sweeps/monday/sweep.json is absent in s3://artifact-bucket');
      expect(exitCode).toBe(2);
    });
  });
});

describe('sweep show --cloud', () => {
  const show = (...args: string[]) => runCommand(['sweep', 'show', ...args, '--cloud']);

  test('shows a sweep that is over, and asks for no execution', async () => {
    await finishSweep(store, 'friday');
    const { exitCode, out } = await show();
    expect(out).toContain('winner   trial 1');
    expect(out).not.toContain('execution');
    expect(exitCode).toBe(0);
  });

  test('shows one that runs with its execution, and writes its page', async () => {
    await drawTrials(store, 'friday', [1, 2]);
    await trainTrial(store, 'friday', 1, 1);
    executions.put('friday', { input });
    const { out } = await show('friday');
    expect(out).toMatch(/ 1 +running +1\/2 +1\.0000/);
    expect(out).toContain('The execution of "friday" is running: mnist-pipeline follow friday');
    expect(await store.head(objectKeys.sweepPage('friday'))).toBeDefined();
    expect(JSON.parse((await show('friday', '--json')).out)).toMatchObject({
      sweep: { sweepId: 'friday' },
      execution: { id: 'friday', status: 'RUNNING' },
    });
  });

  test('shows the latest execution when AWS has forgotten those before', async () => {
    await putExecutionCount(store, 'friday', 2);
    executions.put('friday-execution-2', { input });
    expect((await show('friday')).out).toContain('The execution of "friday" is running');
  });

  test('says why one ended', async () => {
    executions.put('friday', { status: 'ABORTED', input });
    expect((await show('friday')).out).toContain('ExecutionFailed: The sweep "friday" was stopped');
  });

  test('needs no state machine of sweeps', async () => {
    const { exitCode, out } = await show('friday', '--stack', 'Blue');
    expect(out).toContain('Sweep friday: 0 of 2 trials done');
    expect(exitCode).toBe(0);
  });
});

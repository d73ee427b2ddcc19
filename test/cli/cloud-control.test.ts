import { DescribeExecutionCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { putFinishedRun } from '../cloud/finished-run';
import { decided, executionArn, sfnError, useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, sfn, answerWith } = useMockedCloud(folder);

describe('follow, stop and redrive', () => {
  test("follow ends with the run's exit code", async () => {
    answerWith({ status: 'ABORTED', cause: 'mnist-pipeline stop', redriveStatus: 'REDRIVABLE' });
    expect(await runCommand(['follow', 'friday', '--stack', 'Blue'])).toMatchObject({
      exitCode: 75,
      err: expect.stringMatching(/was stopped: mnist-pipeline stop\. .*redrive friday --stack Blue/),
    });
  });

  test.each([['follow'], ['stop'], ['redrive']])('%s: an unknown run', async (command) => {
    sfn.on(DescribeExecutionCommand).rejects(sfnError('ExecutionDoesNotExist'));
    expect(await runCommand([command, 'friday'])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/ArtifactNotFound: .*no such execution/),
    });
  });

  test.each([['follow'], ['stop'], ['redrive'], ['fetch']])('%s: an invalid run id', async (command) => {
    expect(await runCommand([command, '../x'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/a run id is 1 to 80/),
    });
  });

  test('stop stops a running run', async () => {
    answerWith({ status: 'RUNNING' });
    sfn.on(StopExecutionCommand).resolves({});
    const { exitCode, out } = await runCommand(['stop', 'friday']);
    expect(out).toMatch(/^Run friday is stopped.*mnist-pipeline redrive friday\n$/);
    expect(exitCode).toBe(0);
    expect(sfn.commandCalls(StopExecutionCommand)).toHaveLength(1);
  });

  test('stop does not change a run that has ended', async () => {
    answerWith({ status: 'SUCCEEDED' });
    const { exitCode, out } = await runCommand(['stop', 'friday', '--json']);
    expect(JSON.parse(out)).toEqual({ runId: 'friday', isStopped: false, statusBefore: 'SUCCEEDED' });
    expect(exitCode).toBe(0);
    expect(sfn.commandCalls(StopExecutionCommand)).toHaveLength(0);
  });

  test('redrive follows from the step where the run resumes', async () => {
    await putFinishedRun(store, 'friday');
    answerWith({});
    sfn
      .on(DescribeExecutionCommand)
      .resolvesOnce({ executionArn, status: 'FAILED', error: 'States.TaskFailed', redriveCount: 0 })
      .resolves({ executionArn, status: 'SUCCEEDED', redriveCount: 1 });
    sfn.on(RedriveExecutionCommand).resolves({});
    const { exitCode, out, err } = await runCommand(['redrive', 'friday']);
    expect(out).toContain('Run friday: accepted');
    // Shown before the redrive.
    expect(err).not.toContain('Plan the preprocessing');
    expect(exitCode).toBe(0);
  });

  test('redrive refuses a run that ended by a decision', async () => {
    answerWith({ status: 'FAILED', error: 'QualityGateFailed', cause: decided });
    expect(await runCommand(['redrive', 'friday'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/would end in the same way.*It is 0\.5.*train --cloud/),
    });
    expect(sfn.commandCalls(RedriveExecutionCommand)).toHaveLength(0);
  });

  test('redrive says why a run cannot be redriven', async () => {
    answerWith({ status: 'FAILED', error: 'States.Runtime' });
    sfn.on(RedriveExecutionCommand).rejects(sfnError('ExecutionNotRedrivable'));
    expect(await runCommand(['redrive', 'friday', '--detach'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/within the last 14 days/),
    });
  });
});

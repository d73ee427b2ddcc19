import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { describeJob } from '../../lib/pipeline/sweep/round-jobs';
import { useMockedCloud } from '../cloud/mocked-cloud';
import { MockedExecutions } from '../cloud/mocked-executions';
import { drawTrials, finishTrial, putExecutionCount, putSweep, trainTrial } from '../cloud/stored-sweep';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, sfn } = useMockedCloud(folder);
const executions = new MockedExecutions(sfn);
const input = '{"sweepId":"friday"}';

const config = runConfigSchema.parse({ epochs: 2 });
/** As the state machine of sweeps names and starts it. */
const putTrial = (
  sweepId: string,
  trial: number,
  unique: string,
  facts = {},
  runId = `${sweepId}-${trial}`,
) => {
  const job = describeJob(sweepId, { trial, runId, config }, 'cpu');
  const name = `${job.name}-${unique}`;
  executions.putRun(name, { input: JSON.stringify(job.input), ...facts });
  return name;
};
beforeEach(async () => {
  executions.answer();
  await putSweep(store);
  await drawTrials(store, 'friday', [1, 2]);
  await trainTrial(store, 'friday', 1, 1);
});

test('stop finds its latest execution among those of all runs', async () => {
  putTrial('friday', 1, '0a1b2c3d-0', { status: 'ABORTED' });
  const latest = putTrial('friday', 1, '0a1b2c3d-1');
  for (const trial of [11, 2, 12]) putTrial('friday', trial, 'ffffffff-0');
  const { exitCode, out } = await runCommand(['stop', 'friday-1']);
  expect(out).toMatch(/^Run friday-1 is stopped.*If its sweep goes on, it counts the trial as failed\./);
  expect({ exitCode, stopped: executions.stopped }).toEqual({ exitCode: 0, stopped: [latest] });
});

test('of a sweep with a long id is told from one whose name begins alike', async () => {
  const long = 'x'.repeat(60);
  await putSweep(store, { sweepId: `${long}a` });
  const name = putTrial(`${long}a`, 1, '0a1b2c3d-0');
  putTrial(`${long}b`, 1, 'ffffffff-0');
  await runCommand(['stop', `${long}a-1`]);
  expect(executions.stopped).toEqual([name]);
});

test('the winner is found by its id', async () => {
  const name = putTrial('friday', 0, '0a1b2c3d-0', {}, 'friday-winner');
  await runCommand(['stop', 'friday-winner']);
  expect(executions.stopped).toEqual([name]);
});

test('show --cloud describes its execution', async () => {
  putTrial('friday', 1, '0a1b2c3d-0');
  const { out } = await runCommand(['show', 'friday-1', '--cloud']);
  expect(out).toContain('Run friday-1: unfinished, 1 of 2 epochs trained');
  expect(out).toContain('The execution of "friday-1" is running: mnist-pipeline follow friday-1');
});

test('follow says that it has paused, and prints the result of one that is finished', async () => {
  putTrial('friday', 1, '0a1b2c3d-0', { status: 'SUCCEEDED' });
  sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
  const paused = await runCommand(['follow', 'friday-1']);
  expect(paused).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^The training of friday-1 has paused/),
  });
  await finishTrial(store, 'friday', 1);
  expect((await runCommand(['follow', 'friday-1'])).out).toContain('Run friday-1: accepted');
});

test('redrive leaves it to its sweep while that runs', async () => {
  const name = putTrial('friday', 1, '0a1b2c3d-0', { status: 'FAILED', error: 'States.TaskFailed' });
  sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
  executions.put('friday', { input });
  const refused = await runCommand(['redrive', 'friday-1']);
  expect(refused).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/belongs to the sweep "friday", which is running.*mnist-pipeline stop friday/),
  });
  executions.forget('friday');
  await putExecutionCount(store, 'friday', 2);
  executions.put('friday-execution-2', { input });
  expect(await runCommand(['redrive', 'friday-1'])).toMatchObject({ exitCode: 2 });
  executions.put('friday-execution-2', { status: 'ABORTED', input });
  expect(await runCommand(['redrive', 'friday-1', '--detach'])).toMatchObject({ exitCode: 0 });
  expect(executions.redriven).toEqual([name]);
});

test('without an execution is unknown', async () => {
  const { exitCode, err } = await runCommand(['stop', 'friday-2']);
  expect(err).toMatch(/ArtifactNotFound: .*no such execution/);
  expect(exitCode).toBe(2);
});

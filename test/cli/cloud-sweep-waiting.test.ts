import { once } from 'node:events';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { sweepOwnerSchema } from '../../lib/contracts/sweep';
import { describeJob } from '../../lib/pipeline/sweep/round-jobs';
import { getJson } from '../../lib/store/json-objects';
import { useMockedCloud } from '../cloud/mocked-cloud';
import { MockedExecutions } from '../cloud/mocked-executions';
import { putSweep } from '../cloud/stored-sweep';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

/** What happens while a command waits. */
let onPause = () => {};
/** Whether a pause ends by an abort alone. */
let isEndless = false;
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual('node:timers/promises'),
  setTimeout: async (_: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    onPause();
    if (isEndless) await (signal ? once(signal, 'abort') : new Promise(() => {}));
    signal?.throwIfAborted();
    return value;
  },
}));

const folder = useScratchFolder();
const { store, sfn } = useMockedCloud(folder);
const executions = new MockedExecutions(sfn);
const input = '{"sweepId":"friday"}';
const countLists = () => sfn.commandCalls(ListExecutionsCommand).length;

/** A training as the state machine of sweeps names and starts it; trial 0 is the winner. */
function putTraining(sweepId: string, trial: number, status: 'RUNNING' | 'ABORTED' = 'RUNNING'): void {
  const runId = trial === 0 ? `${sweepId}-winner` : `${sweepId}-${trial}`;
  const job = describeJob(sweepId, { trial, runId, config: runConfigSchema.parse({}) }, 'cpu');
  executions.putRun(`${job.name}-0a1b2c3d-0`, { status, input: JSON.stringify(job.input) });
}

const commands = [
  ['sweep --cloud', ['sweep', '--cloud', '--sweep-id', 'friday', '--detach']],
  ['redrive', ['redrive', 'friday', '--detach']],
] as const;
const countGoingOn = () => executions.started.length + executions.redriven.length;

beforeEach(async () => {
  executions.answer();
  isEndless = false;
  onPause = () => {
    throw new Error('The command waits');
  };
  await putSweep(store);
  executions.put('friday', { status: 'ABORTED', input });
});

describe.each(commands)('%s of a sweep that was stopped', (_, command) => {
  test.each([3, 0])('waits until its trainings have ended, such as that of trial %i', async (trial) => {
    putTraining('friday', trial);
    const during: number[] = [];
    onPause = () => {
      during.push(countGoingOn());
      if (during.length === 3) putTraining('friday', trial, 'ABORTED');
    };
    const { exitCode, err } = await runCommand(command);
    expect(err).toContain(
      `Waiting for the end of trainings of sweep friday, such as friday-${trial === 0 ? 'winner' : trial}`,
    );
    expect({ exitCode, during, after: countGoingOn() }).toEqual({ exitCode: 0, during: [0, 0, 0], after: 1 });
  });

  test('is refused when a training does not end', async () => {
    putTraining('friday', 3);
    let pauses = 0;
    onPause = () => {
      pauses += 1;
    };
    const { exitCode, err } = await runCommand(command);
    expect(err).toMatch(
      /RunExists: The run "friday-3" of the sweep "friday" is still in training, 120 s .*mnist-pipeline stop friday-3/,
    );
    expect({ exitCode, pauses, after: countGoingOn() }).toEqual({ exitCode: 2, pauses: 24, after: 0 });
  });

  test('asks once when nothing is in training, and waits for no other sweep', async () => {
    const long = 'friday-x'.padEnd(60, 'x');
    for (const other of ['friday-2', 'frida', 'friday-winner', 'saturday', long]) putTraining(other, 3);
    executions.putRun('friday-7-11111111-0', { input: '{}' });
    executions.putRun('friday-1', { input: '{}' });
    await runCommand(command);
    // Two executions are on a page, and seven run.
    expect({ after: countGoingOn(), lists: countLists() }).toEqual({ after: 1, lists: 4 });
  });

  test('Ctrl-C ends the wait at once, and changes nothing', async () => {
    putTraining('friday', 3);
    const stop = new AbortController();
    isEndless = true;
    onPause = () => setImmediate(() => stop.abort());
    const { exitCode, err } = await runCommand(command, stop.signal);
    expect(err).toContain('Interrupted: Stopped waiting for the trainings of the sweep "friday".');
    expect({ exitCode, after: countGoingOn() }).toEqual({ exitCode: 130, after: 0 });
  });

  test('asks again when it was stopped a moment ago, because the list of what runs is late', async () => {
    executions.put('friday', { status: 'ABORTED', input, stopDate: new Date() });
    let pauses = 0;
    onPause = () => {
      pauses += 1;
      putTraining('friday', 3, pauses === 2 ? 'RUNNING' : 'ABORTED');
    };
    const { exitCode, err } = await runCommand(command);
    expect(err).toContain('Waiting for the end of trainings of sweep friday, such as friday-3');
    expect({ exitCode, pauses, after: countGoingOn() }).toEqual({ exitCode: 0, pauses: 3, after: 1 });
  });

  test('asks once when it was stopped half a minute ago', async () => {
    executions.put('friday', { status: 'ABORTED', input, stopDate: new Date(Date.now() - 30_000) });
    expect(await runCommand(command)).toMatchObject({ exitCode: 0 });
  });
});

describe('a sweep with which another command goes on during the wait', () => {
  const goOnMeanwhile = (name: string, status: 'RUNNING' | 'ABORTED') => {
    putTraining('friday', 3);
    onPause = () => {
      putTraining('friday', 3, 'ABORTED');
      executions.put(name, { status, input });
    };
  };

  test.each(['friday', 'friday-execution-2'])(
    'is not started beside the execution %s, which runs',
    async (name) => {
      goOnMeanwhile(name, 'RUNNING');
      const { exitCode, out } = await runCommand(commands[0][1]);
      expect({ exitCode, out, after: countGoingOn() }).toMatchObject({ exitCode: 0, after: 0 });
    },
  );

  test('is started under the name after a later execution that has ended', async () => {
    goOnMeanwhile('friday-execution-2', 'ABORTED');
    await runCommand(commands[0][1]);
    expect(executions.started.map(({ name }) => name)).toEqual(['friday-execution-3']);
  });

  test.each([
    ['friday', 'RUNNING'],
    ['friday-execution-2', 'RUNNING'],
    ['friday-execution-2', 'ABORTED'],
  ] as const)('is not redriven: %s (%s)', async (name, status) => {
    goOnMeanwhile(name, status);
    const { exitCode, err } = await runCommand(commands[1][1]);
    expect(err).toContain(
      `RunExists: Another command has gone on with the sweep "friday" meanwhile, in the execution "${name}" (${status}).`,
    );
    expect({ exitCode, after: countGoingOn() }).toEqual({ exitCode: 2, after: 0 });
  });
});

test('of two sweeps with long ids that begin alike, only the trainings of the same one count', async () => {
  const long = 'x'.repeat(60);
  await putSweep(store, { sweepId: `${long}a` });
  executions.put(`${long}a`, { status: 'ABORTED', input: '{}' });
  putTraining(`${long}b`, 3);
  expect(await runCommand(['redrive', `${long}a`, '--detach'])).toMatchObject({ exitCode: 0 });
});

test('a sweep that waited in vain can be started by another command', async () => {
  putTraining('friday', 3);
  onPause = () => {};
  const { err } = await runCommand(commands[0][1]);
  expect(err).toContain('To start it: mnist-pipeline sweep --cloud --sweep-id friday');
  expect(await getJson(store, objectKeys.sweepOwner('friday'), sweepOwnerSchema)).toMatchObject({
    owner: null,
  });
});

test('the first execution of a sweep asks for no trainings, and so needs no right to list them', async () => {
  executions.forget('friday');
  expect(await runCommand(commands[0][1])).toMatchObject({ exitCode: 0 });
  expect(countLists()).toBe(0);
});

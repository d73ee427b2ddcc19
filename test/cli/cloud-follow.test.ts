import { followRun } from '../../cli/cloud/follow-run';
import type { DeployedPipeline } from '../../cli/cloud/open-deployed-pipeline';
import { createStyles } from '../../cli/display/styles';
import type { TerminalEvent } from '../../cli/terminal';
import type { Execution, Executions, WorkflowEvent } from '../../lib/cloud/executions';
import { PermanentError, WorkflowError } from '../../lib/contracts/errors';
import { MemoryStore } from '../../lib/store/memory-store';
import { putConfig, putHistory } from '../cloud/finished-run';

/** What one poll finds: the new events, and the state of the execution. */
interface Moment {
  readonly events?: readonly WorkflowEvent[];
  readonly execution?: Partial<Execution>;
  readonly error?: Error;
  readonly before?: () => unknown;
}

const running: Execution = {
  name: 'r',
  id: 'r',
  arn: 'arn',
  status: 'RUNNING',
  startedAt: undefined,
  stoppedAt: undefined,
  error: undefined,
  cause: undefined,
  isRedrivable: false,
  redriveCount: 0,
};
const unused = () => Promise.reject(new Error('not asked for'));

function followThrough(moments: readonly Moment[], store = new MemoryStore()) {
  const remaining = [...moments];
  let moment: Moment = {};
  const reported: TerminalEvent[] = [];
  const asked: number[] = [];
  const stop = new AbortController();
  const executions: Executions = {
    start: unused,
    stop: unused,
    redrive: unused,
    check: unused,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: unused }) }),
    describe: async () => {
      moment = remaining.shift() ?? { error: new Error('one poll too many') };
      await moment.before?.();
      if (moment.error !== undefined) throw moment.error;
      return { ...running, ...moment.execution };
    },
    eventsAfter: async (_, eventId) => {
      asked.push(eventId);
      return moment.events ?? [];
    },
  };
  const stack = { name: 'Blue', stateMachineArn: 'arn', bucketName: 'b', region: 'r', account: '1' };
  const cloud: DeployedPipeline = { stack, executions, sweeps: undefined, store };
  const terminal = {
    print: () => {},
    report: (event: TerminalEvent) => reported.push(event),
    styles: createStyles({}, {}),
    columns: undefined,
    signal: stop.signal,
    now: () => new Date(0),
  };
  const notes = () => reported.map((event) => ('message' in event ? event.message : event.type));
  const follow = (options = {}) =>
    followRun({ runId: 'r', pollMilliseconds: 1, ...options }, cloud, terminal);
  return { follow, reported, notes, asked, stop, store };
}

const entered = (id: number, state: string): WorkflowEvent => ({ id, type: 'TaskStateEntered', state });
const submitted = (id: number): WorkflowEvent => ({ id, type: 'TaskScheduled', resource: 'submitJob.sync' });
const exited = (id: number, output = '{}'): WorkflowEvent => ({ id, type: 'TaskStateExited', output });
const succeeded: Moment = { execution: { status: 'SUCCEEDED' } };

test('shows each event once, and requests only those after the last one', async () => {
  const { follow, notes, asked } = followThrough([
    { events: [entered(1, 'Plan the preprocessing')] },
    {},
    { events: [exited(2), entered(3, 'Evaluate the model')], ...succeeded },
  ]);
  expect(await follow()).toMatchObject({ status: 'SUCCEEDED' });
  expect(notes()).toEqual(['Plan the preprocessing', 'Evaluate the model']);
  expect(asked).toEqual([0, 1, 1]);
});

test('shows epochs as they arrive, before the steps that follow the training', async () => {
  const store = new MemoryStore();
  await putConfig(store, 'r', 3);
  const outcome = JSON.stringify({ schemaVersion: 1, status: 'succeeded', runId: 'r', seconds: 15 });
  const { follow, reported } = followThrough(
    [
      { events: [entered(1, 'Train on Fargate'), submitted(2)] },
      { before: () => putHistory(store, 'r', 1) },
      {},
      {
        before: () => putHistory(store, 'r', 3),
        events: [exited(3, outcome), entered(4, 'Evaluate the model')],
        ...succeeded,
      },
    ],
    store,
  );
  await follow();
  const brief = reported.map((event) => {
    if (event.type === 'training-progress') return `${event.epoch}.${event.batch}/${event.epochs}`;
    if (event.type === 'epoch-finished') return `epoch ${event.epoch.epoch}/${event.epochs}`;
    return 'message' in event ? event.message : event.type;
  });
  expect(brief).toEqual([
    'Train on Fargate',
    '1.1/3',
    'epoch 1/3',
    '2.1/3',
    'epoch 2/3',
    '3.1/3',
    'epoch 3/3',
    '  Trained in 15.0 s',
    'Evaluate the model',
  ]);
});

test('the epochs of a failed training come before its failure', async () => {
  const store = new MemoryStore();
  await putConfig(store, 'r', 3);
  await putHistory(store, 'r', 1);
  const failed: WorkflowEvent = { id: 3, type: 'TaskFailed', error: 'States.TaskFailed' };
  const { follow, notes } = followThrough(
    [{ events: [entered(1, 'Train on Fargate'), submitted(2), failed], execution: { status: 'ABORTED' } }],
    store,
  );
  await follow();
  expect(notes()).toEqual([
    'Train on Fargate',
    'training-progress',
    'epoch-finished',
    '  Train on Fargate failed: States.TaskFailed',
  ]);
});

test('a new attempt at an earlier epoch is announced and shown from there', async () => {
  const store = new MemoryStore();
  await putConfig(store, 'r', 3);
  const { follow, notes } = followThrough(
    [
      { events: [submitted(1)], before: () => putHistory(store, 'r', 2) },
      { before: () => putHistory(store, 'r', 1), ...succeeded },
    ],
    store,
  );
  await follow();
  expect(notes()).toEqual([
    ...['training-progress', 'epoch-finished', 'training-progress', 'epoch-finished'],
    '  A new attempt resumed at epoch 1',
    ...['training-progress', 'epoch-finished'],
  ]);
});

test('Ctrl-C stops following, and prints the commands that follow again and that stop the run', async () => {
  const { follow, stop } = followThrough([{ before: () => stop.abort('SIGINT') }]);
  await expect(follow({ pollMilliseconds: 60_000 })).rejects.toMatchObject({
    name: 'Interrupted',
    message: expect.stringMatching(
      /the run "r" continues on AWS\..*mnist-pipeline follow r --stack Blue.*mnist-pipeline stop r --stack Blue/,
    ),
  });
});

test('an end before the redrive is ignored', async () => {
  const failed = { status: 'FAILED', redriveCount: 0 } as const;
  const { follow, asked } = followThrough([
    { execution: failed },
    { execution: { redriveCount: 1 } },
    { execution: { status: 'FAILED', redriveCount: 1 } },
  ]);
  expect(await follow({ redriveCount: 1, afterEventId: 40 })).toMatchObject({ redriveCount: 1 });
  expect(asked).toEqual([40, 40, 40]);
});

describe('polls that fail', () => {
  const away = { error: new WorkflowError('WorkflowUnavailable', 'away') };

  test('a few in a row are tolerated, with one note', async () => {
    const { follow, notes } = followThrough([away, away, away, succeeded]);
    await follow();
    expect(notes()).toEqual([expect.stringMatching(/retrying.*continues in any case/)]);
  });

  test('too many in a row end following', async () => {
    const { follow } = followThrough(Array.from({ length: 100 }, () => away));
    await expect(follow()).rejects.toMatchObject({ name: 'WorkflowUnavailable' });
  });

  test('a permanent failure ends following at once', async () => {
    const expired = new PermanentError('InvalidInput', 'Sign in again');
    const { follow } = followThrough([{ error: expired }, succeeded]);
    await expect(follow()).rejects.toBe(expired);
  });

  test('following waits for an execution that is not visible yet', async () => {
    const absent = new PermanentError('ArtifactNotFound', 'no such execution');
    const { follow } = followThrough([{ error: absent }, succeeded]);
    expect(await follow()).toMatchObject({ status: 'SUCCEEDED' });
  });
});

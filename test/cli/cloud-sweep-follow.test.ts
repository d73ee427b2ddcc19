import type { DeployedPipeline } from '../../cli/cloud/open-deployed-pipeline';
import { followSweep } from '../../cli/cloud/sweeps/follow-sweep';
import { createStyles } from '../../cli/display/styles';
import type { TerminalEvent } from '../../cli/terminal';
import type { Execution, Executions } from '../../lib/cloud/executions';
import { WorkflowError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { sweepPricesSchema } from '../../lib/contracts/sweep';
import { putJson } from '../../lib/store/json-objects';
import { drawTrials, finishTrial, putSweep, trainTrial } from '../cloud/stored-sweep';
import { RecordingStore } from '../support/recording-store';

type Status = Execution['status'];

const unasked = () => Promise.reject(new Error('not asked for'));
const unused: Executions = {
  ...{
    start: unasked,
    stop: unasked,
    redrive: unasked,
    check: unasked,
    describe: unasked,
    eventsAfter: unasked,
  },
  list: () => ({ [Symbol.asyncIterator]: () => ({ next: unasked }) }),
};

/** Follows the sweep "friday" through polls. Each first does something to the bucket, and answers with a state. */
async function followThrough(
  store: RecordingStore,
  polls: readonly (readonly [Status, (() => unknown)?])[],
  changes: Parameters<typeof putSweep>[1] = {},
) {
  const sweep = await putSweep(store, changes);
  const remaining = [...polls];
  const lines: string[] = [];
  const screens: string[][] = [];
  const reads: string[][] = [];
  const stop = new AbortController();
  const execution: Execution = {
    ...{ name: 'friday', id: 'friday', arn: 'arn', status: 'RUNNING', redriveCount: 0, isRedrivable: false },
    ...{ startedAt: undefined, stoppedAt: undefined, error: undefined, cause: undefined },
  };
  const describe = async (): Promise<Execution> => {
    const [status, act] = remaining.shift() ?? ['ABORTED'];
    await act?.();
    reads.push([]);
    store.reads.clear();
    return { ...execution, status };
  };
  const cloud: DeployedPipeline = {
    stack: { name: 'Blue', stateMachineArn: 'arn', bucketName: 'b', region: 'r', account: '1' },
    executions: unused,
    sweeps: { ...unused, describe },
    store,
  };
  const terminal = {
    print: () => {},
    report: (event: TerminalEvent) => {
      if (event.type === 'trial-progressed') lines.push(event.text);
      if (event.type === 'sweep-progress') screens.push([...event.lines]);
    },
    styles: createStyles({}, {}),
    columns: undefined,
    signal: stop.signal,
    now: () => new Date(0),
  };
  const onPoll = async () => {
    reads.at(-1)!.push(...store.reads);
  };
  const follow = (options = {}) =>
    followSweep({ sweep, name: 'friday', pollMilliseconds: 1, onPoll, ...options }, cloud, terminal);
  return { follow, lines, screens, reads, stop };
}

const trim = (lines: readonly string[]) => lines.map((line) => line.trim().replaceAll(/ {2,}/g, ' · '));

test('a trial leaves a line when it reaches a rung and when it ends, and shows its epochs between', async () => {
  const store = new RecordingStore();
  const { follow, lines, screens } = await followThrough(
    store,
    [
      ['RUNNING'],
      ['RUNNING', () => drawTrials(store, 'friday', [1, 2])],
      ['RUNNING', () => trainTrial(store, 'friday', 1, 1)],
      ['RUNNING', () => trainTrial(store, 'friday', 1, 2)],
      ['RUNNING', () => trainTrial(store, 'friday', 2, 1)],
      ['SUCCEEDED', () => finishTrial(store, 'friday', 1)],
    ],
    { stop: 'halving', rungs: [1, 3] },
  );
  expect((await follow()).execution.status).toBe('SUCCEEDED');
  expect(trim(lines)).toEqual([
    'trial 1 · paused · 1/3 epochs · val_loss 1.0000 · 0:05 · dropout 0.01',
    'trial 2 · paused · 1/3 epochs · val_loss 1.0000 · 0:05 · dropout 0.02',
    'trial 1 · finished · 2/3 epochs · val_loss 0.5000 · 0:51 · dropout 0.01',
  ]);
  expect(screens).toContainEqual([
    '  trial 1: epoch 2 of 2, 100 %',
    expect.stringMatching(
      /^ {2}0 of 2 trials done, 1 waiting · 2 of \d epochs · best val_loss 0\.5000 \(trial 1\)/,
    ),
  ]);
  expect(screens.at(-1)).toEqual([]);
});

test('what was there before is no news', async () => {
  const store = new RecordingStore();
  await drawTrials(store, 'friday', [1, 2]);
  await finishTrial(store, 'friday', 1);
  const { follow, lines } = await followThrough(store, [
    ['RUNNING'],
    ['RUNNING', () => finishTrial(store, 'friday', 2)],
    ['SUCCEEDED'],
  ]);
  const { watch } = await follow();
  expect(trim(lines)).toEqual(['trial 2 · finished · 2/2 epochs · val_loss 0.5000 · 0:51 · dropout 0.02']);
  expect(watch.state.trials.map(({ status }) => status)).toEqual(['finished', 'finished']);
});

test('trials that have ended are read once', async () => {
  const store = new RecordingStore();
  await drawTrials(store, 'friday', [1, 2]);
  await finishTrial(store, 'friday', 1);
  const { follow, reads } = await followThrough(store, [['RUNNING'], ['RUNNING'], ['SUCCEEDED']]);
  await follow();
  const ofFirst = (keys: readonly string[]) =>
    keys.filter((key) => /friday-1\/|trials\/1\./.test(key)).length;
  expect(reads.map(ofFirst)).toEqual([3, 0, 0]);
});

test('of many open trials a poll reads some, those that change first, and each of the others in turn', async () => {
  const store = new RecordingStore();
  const numbers = Array.from({ length: 400 }, (_, index) => index + 1);
  await drawTrials(store, 'friday', numbers);
  const polls = Array.from({ length: 6 }, () => ['RUNNING'] as const);
  const { follow, reads } = await followThrough(
    store,
    [...polls.slice(0, 1), ['RUNNING', () => trainTrial(store, 'friday', 350, 1)], ...polls],
    { trialCount: 400 },
  );
  await follow();
  const trialsOf = (keys: readonly string[]) =>
    keys.flatMap((key) => (/trials\/(\d+)\.json$/.exec(key) ?? []).slice(1)).map(Number);
  const [first, ...later] = reads.slice(0, -1).map(trialsOf);
  expect(first).toHaveLength(400);
  for (const trials of later) expect(trials).toHaveLength(200);
  expect(new Set(later.flat()).size).toBe(400);
  const seen = later.findIndex((trials) => trials.includes(350));
  expect(later.slice(seen).every((trials) => trials.includes(350))).toBe(true);
});

test('the cost so far is that of the machines, by the prices in the bucket', async () => {
  const store = new RecordingStore();
  await drawTrials(store, 'friday', [1]);
  await trainTrial(store, 'friday', 1, 1);
  const prices = {
    schemaVersion: 1,
    sweepId: 'friday',
    compute: 'cpu',
    machineStartUsd: 0.5,
    trainingSecondUsd: 0.1,
  } as const;
  await putJson(store, objectKeys.sweepPrices('friday'), sweepPricesSchema, prices);
  const { follow, screens } = await followThrough(store, [['RUNNING'], ['ABORTED']]);
  await follow();
  expect(screens[1]!.at(-1)).toContain('$1.00');
});

test('Ctrl-C stops following, and prints the commands that follow again and that stop the sweep', async () => {
  const { follow, stop } = await followThrough(new RecordingStore(), [
    ['RUNNING', () => stop.abort('SIGINT')],
  ]);
  await expect(follow({ pollMilliseconds: 60_000 })).rejects.toMatchObject({
    name: 'Interrupted',
    message: expect.stringMatching(
      /the sweep "friday" continues on AWS\..*mnist-pipeline follow friday --stack Blue.*mnist-pipeline stop friday --stack Blue/,
    ),
  });
});

test('a few failed polls in a row are tolerated, too many are not', async () => {
  const fail = () => {
    throw new WorkflowError('WorkflowUnavailable', 'away');
  };
  const failing = (count: number) => Array.from({ length: count }, () => ['RUNNING', fail] as const);
  const few = await followThrough(new RecordingStore(), [...failing(12), ['SUCCEEDED']]);
  expect((await few.follow()).execution.status).toBe('SUCCEEDED');
  const many = await followThrough(new RecordingStore(), failing(13));
  await expect(many.follow()).rejects.toMatchObject({ name: 'WorkflowUnavailable' });
});

import { createProgressReporter } from '../../cli/display/progress-reporter';
import type { TerminalEvent } from '../../cli/terminal';
import { epochOf } from '../cloud/finished-run';

const progress = (epoch: number, batch: number, batchesPerEpoch: number): TerminalEvent => ({
  type: 'training-progress',
  ...{ epoch, epochs: 3, batch, batchesPerEpoch },
});
const finished = (epoch: number): TerminalEvent => ({
  type: 'epoch-finished',
  epoch: epochOf(epoch),
  epochs: 3,
});
const note: TerminalEvent = { type: 'note', message: 'A note' };

interface ShowOptions {
  readonly isTTY?: boolean;
  readonly isQuiet?: boolean;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** What is written while `events` are reported, one a second. */
function show(
  events: readonly TerminalEvent[],
  { isTTY = true, isQuiet = false, columns = 80, env = {} }: ShowOptions = {},
): string {
  let written = '';
  let milliseconds = 0;
  const stream = {
    isTTY,
    columns,
    write: (text: string | Uint8Array) => {
      written += String(text);
      return true;
    },
  };
  const reporter = createProgressReporter(stream, { isQuiet, env, now: () => milliseconds });
  for (const event of events) {
    reporter.report(event);
    milliseconds += 1000;
  }
  reporter.close();
  return written;
}

/** The lines that stay on the screen: each line starts again at a carriage return and an erasure. */
const screenOf = (written: string) => written.split('\n').map((line) => line.split('\r\u001b[K').at(-1));
/** Every state of the line that is redrawn. */
const barsOf = (written: string) =>
  written
    .replaceAll('\r\u001b[K', '\n')
    .split('\n')
    .filter((text) => text.includes('█') || text.includes('░'));

test('on a terminal, every epoch and every note leaves a line, and the bar leaves none', () => {
  const events = [
    note,
    progress(1, 1, 2),
    finished(1),
    progress(2, 1, 2),
    note,
    finished(2),
    progress(3, 2, 2),
  ];
  expect(screenOf(show([...events, finished(3)], { env: { NO_COLOR: '1' } }))).toEqual([
    'A note',
    expect.stringMatching(/^ {2}epoch 1\/3 {2}5\.0 s {2}loss 1\.0000 .* val_acc 0\.9000$/),
    'A note',
    expect.stringMatching(/^ {2}epoch 2\/3 /),
    expect.stringMatching(/^ {2}epoch 3\/3 /),
    '',
  ]);
});

test('the shards of a dataset are one line with a count', () => {
  const shards = [0, 1, 2].flatMap((done): TerminalEvent[] => [
    { type: 'shards-progress', done, count: 2 },
    { type: 'step-started', step: 'shard', message: 'Preparing train images 0 to 9,999' },
  ]);
  const written = show(shards, { env: { NO_COLOR: '1' } });
  expect(screenOf(written)).toEqual(['Prepared the dataset: 2 shards', '']);
  expect(barsOf(written)[1]).toMatch(/^Preparing the dataset {2}1\/2 shards {2}█+░+$/);
  expect(show(shards, { isTTY: false })).toBe('Prepared the dataset: 2 shards\n');
});

test('an upload has a bar, which is gone at its end, and no line in a file', () => {
  const progress = { doneBytes: 1e6, totalBytes: 2e6, doneFiles: 0, fileCount: 1 };
  const upload = [
    { type: 'upload-progress' as const, ...progress },
    { type: 'upload-progress' as const, ...progress, doneBytes: 2e6, doneFiles: 1 },
  ];
  const written = show(upload);
  expect(barsOf(written)[0]).toMatch(/^Uploading {2}50 %/);
  expect(screenOf(written)).toEqual(['']);
  expect(show(upload, { isTTY: false })).toBe('');
});

test('a finished epoch is in the bar at once, without waiting for the next batch', () => {
  const bars = barsOf(show([progress(1, 1, 1), finished(1)]));
  expect(bars[0]).not.toContain('val_acc');
  expect(bars.at(-1)).toMatch(/val_acc 0\.9000 {2}loss 1\.0000$/);
});

test('the bar of a run on AWS shows no time left until an epoch has given the pace', () => {
  const bars = barsOf(show([progress(1, 1, 1), finished(1), progress(2, 1, 1), finished(2)]));
  expect(bars[0]).toMatch(/^ {2}epoch 1\/3 .* 33 %$/);
  expect(bars.at(-1)).toContain('epoch 2/3');
  expect(bars.at(-1)).toContain('0:05 left');
});

test('the bar of a local run uses the pace of its batches, then that of its epochs', () => {
  const bars = barsOf(
    show([progress(1, 1, 4), progress(1, 2, 4), progress(1, 4, 4), finished(1), progress(2, 2, 4)]),
  );
  const left = bars.map((text) => /([\d:]+) left/.exec(text)?.[1]);
  expect([...new Set(left)]).toEqual([undefined, '0:10', '0:05', '0:08']);
});

test('the line is redrawn at most five times a second', () => {
  const fast = Array.from({ length: 100 }, (_, index) => progress(1, index + 1, 200));
  let drawn = 0;
  const write = () => {
    drawn += 1;
    return true;
  };
  const stream = { isTTY: true, columns: 80, write };
  const reporter = createProgressReporter(stream, { isQuiet: false, env: {}, now: () => 0 });
  for (const event of fast) reporter.report(event);
  expect(drawn).toBe(1);
});

test.each([
  [{}, '\u001b[2mA note\u001b[22m'],
  [{ NO_COLOR: '1' }, 'A note'],
  [{ TERM: 'dumb' }, 'A note'],
])('with %j a note is %j', (env, line) => {
  expect(screenOf(show([note], { env }))[0]).toBe(line);
});

test('without a terminal, one plain line per epoch; nothing when quiet', () => {
  const events = [progress(1, 1, 1), finished(1), note];
  expect(show(events, { isTTY: false })).toMatch(/^ {2}epoch 1\/3 {2}5\.0 s {2}loss .*\nA note\n$/);
  expect(show(events, { isQuiet: true })).toBe('');
});

describe('a sweep', () => {
  const block = (...lines: string[]): TerminalEvent => ({ type: 'sweep-progress', lines });
  const trial: TerminalEvent = { type: 'trial-progressed', text: '  trial 1  finished' };

  it('redraws its lines in place on a terminal, below those of trials that have ended', () => {
    const written = show([block('one', 'two'), trial, block('three', 'four'), block()]);
    expect(written).toBe(
      [
        '\r\u001b[Kone\ntwo',
        '\r\u001b[K\u001b[A\u001b[K  trial 1  finished\n',
        '\r\u001b[Kthree\nfour',
        '\r\u001b[K\u001b[A\u001b[K',
      ].join(''),
    );
  });

  it('fits its lines to the terminal', () => {
    expect(show([block('a long line')], { columns: 8 })).toContain('\r\u001b[Ka long…');
  });

  it('leaves one line for each trial in a pipe', () => {
    expect(show([block('one', 'two'), trial, block()], { isTTY: false })).toBe('  trial 1  finished\n');
  });
});

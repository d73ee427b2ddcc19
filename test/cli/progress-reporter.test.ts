import { createProgressReporter } from '../../cli/progress-reporter';
import type { PipelineEvent } from '../../lib/pipeline/step-context';
import { epochOf } from '../cloud/finished-run';

const progress = (epoch: number, step: number, stepsPerEpoch: number): PipelineEvent => ({
  type: 'training-progress',
  ...{ epoch, epochs: 3, step, stepsPerEpoch },
});
const finished = (epoch: number): PipelineEvent => ({
  type: 'epoch-finished',
  epoch: epochOf(epoch),
  epochs: 3,
});

/** What a terminal is told while `events` are reported, one a second. */
function show(
  events: readonly PipelineEvent[],
  { isTTY = true, isQuiet = false, columns = 200 } = {},
): string[] {
  const written: string[] = [];
  let milliseconds = 0;
  jest.useFakeTimers();
  const stream = {
    isTTY,
    columns,
    write: (text: string | Uint8Array) => {
      if (String(text).trim() !== '') written.push(String(text));
      return true;
    },
  };
  const reporter = createProgressReporter(stream, { isQuiet, now: () => milliseconds });
  for (const event of events) {
    reporter.report(event);
    milliseconds += 1000;
    // The bar draws when its timer runs.
    jest.advanceTimersByTime(1000);
  }
  reporter.close();
  jest.useRealTimers();
  return written;
}
const bars = (events: readonly PipelineEvent[]) => show(events).filter((text) => text.includes('epoch'));

test('the bar of a run in the cloud says nothing of the time left until an epoch has told its pace', () => {
  const [first, ...later] = bars([progress(1, 1, 1), finished(1), progress(2, 1, 1), finished(2)]);
  expect(first).toMatch(/epoch 1\/3 33 % .*$/);
  expect(later.at(-1)).toMatch(/epoch 2\/3 66 % .* · 5 s left · loss 0\.5000 · val_acc 0\.9000$/);
  expect(later.join('')).not.toContain(' 0 s left');
});

test('the bar of a run here goes by its steps, and by its epochs once one has ended', () => {
  const shown = bars([
    progress(1, 1, 4),
    progress(1, 2, 4),
    progress(1, 4, 4),
    finished(1),
    progress(2, 2, 4),
  ]);
  const lefts = shown.map((text) => /· ([^·]*) left/.exec(text)?.[1]);
  expect([...new Set(lefts)]).toEqual([undefined, '10 s', '5 s', '8 s']);
});

test.each([20, 40, 60, 80])('on a terminal of %i columns the percentage is seen', (columns) => {
  const shown = show([progress(1, 1, 4), finished(1), progress(2, 2, 4)], { columns });
  const last = shown.findLast((text) => text.includes('epoch')) ?? '';
  // The terminal cuts off what is beyond its width.
  expect(last.slice(0, columns)).toMatch(/epoch 2\/3 50 %/);
});

test('elsewhere than on a terminal, a line an epoch; nothing when quiet', () => {
  const events = [progress(1, 1, 1), finished(1), { type: 'note', message: 'A note' } as const];
  const lines = show(events, { isTTY: false });
  expect(lines).toEqual([expect.stringMatching(/^ {2}epoch 1\/3 {2}5\.0 s {2}loss/), 'A note\n']);
  expect(show(events, { isQuiet: true })).toEqual([]);
});

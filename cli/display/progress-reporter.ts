import type { Epoch } from '../../lib/contracts/results';
import { shortenMessage } from '../../lib/contracts/shorten';
import type { TerminalEvent } from '../terminal';
import {
  formatEpochLine,
  formatProgressLine,
  formatShardsLine,
  formatUploadLine,
  type TrainingPosition,
} from './progress-line';
import { createStyles } from './styles';
import { fitText } from './text-width';
import { createTimeLeft } from './time-left';
import { wrapWords } from './wrap-words';

/** A terminal, a file or a pipe; `isTTY` and `columns` are set on a terminal only. */
export type ProgressStream = Pick<NodeJS.WritableStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface ProgressReporter {
  readonly report: (event: TerminalEvent) => void;
  /** Removes a progress line that is still on the screen. */
  readonly close: () => void;
}

interface ReporterOptions {
  readonly isQuiet: boolean;
  /** @default the process's */
  readonly env?: NodeJS.ProcessEnv;
  /** @default the system's clock */
  readonly now?: () => number;
}

/** A progress line on a terminal, plain lines elsewhere, nothing when quiet. */
export function createProgressReporter(
  stream: ProgressStream,
  { isQuiet, env = process.env, now = Date.now }: ReporterOptions,
): ProgressReporter {
  if (isQuiet) return { report: () => {}, close: () => {} };
  return stream.isTTY ? createScreen(stream, env, now) : createLines(stream);
}

function createLines(stream: ProgressStream): ProgressReporter {
  const report = (event: TerminalEvent) => {
    const line = describeEvent(event);
    if (line !== undefined) stream.write(`${line}\n`);
  };
  return { report, close: () => {} };
}

/** The line that an event leaves; `undefined` for those that only move the progress line. */
function describeEvent(event: TerminalEvent, columns?: number): string | undefined {
  switch (event.type) {
    case 'training-progress':
      return undefined;
    case 'shards-progress':
      return event.done < event.count ? undefined : `Prepared the dataset: ${event.count} shards`;
    case 'upload-progress':
    case 'sweep-progress':
      return undefined;
    case 'trial-progressed':
      return columns === undefined ? event.text : fitText(event.text, columns - 1);
    case 'epoch-finished':
      return formatEpochLine(event.epoch, event.epochs, columns);
    case 'step-started':
      // One line with a count stands for all shards.
      return event.step === 'shard' ? undefined : shortenMessage(event.message);
    default:
      return shortenMessage(event.message);
  }
}

/** Between two redrawings of the line: a terminal over a slow connection keeps up with this. */
const redrawMilliseconds = 200;
/** Returns to the first column and erases the line. */
const eraseLine = '\r\u001b[K';
/** Erases the line above, too. */
const eraseAbove = '\u001b[A\u001b[K';

/** Every finished epoch and every note leaves a line; the last line is redrawn in place. */
function createScreen(stream: ProgressStream, env: NodeJS.ProcessEnv, now: () => number): ProgressReporter {
  const styles = createStyles(stream, env);
  const timeLeft = createTimeLeft();
  let latest: Epoch | undefined;
  let position: Omit<TrainingPosition, 'latest'> | undefined;
  /** Empty while there is no line to redraw; of a sweep several. */
  let line = '';
  let drawnAt = Number.NEGATIVE_INFINITY;

  const columns = () => stream.columns ?? 80;
  const erase = () => eraseLine + eraseAbove.repeat(line.split('\n').length - 1);
  const draw = (text: string) => {
    if (text === line) return;
    stream.write(`${erase()}${text}`);
    line = text;
  };
  const drawPosition = () => {
    if (position === undefined) return;
    drawnAt = now();
    draw(formatProgressLine({ ...position, latest }, columns()));
  };
  const close = () => {
    position = undefined;
    draw('');
  };
  /** Writes the line of an event where the progress line is, and the progress line below it. */
  const leave = (event: TerminalEvent) => {
    const text = describeEvent(event, columns());
    if (text === undefined) return;
    if (event.type !== 'epoch-finished') position = undefined;
    const isResult = event.type === 'epoch-finished' || event.type === 'trial-progressed';
    const styled = isResult ? text : styles.dim(wrapWords(text, columns()));
    stream.write(`${line === '' ? '' : erase()}${styled}\n`);
    line = '';
    drawPosition();
  };

  const report = (event: TerminalEvent) => {
    switch (event.type) {
      case 'training-progress': {
        const { epoch, epochs, batch, batchesPerEpoch } = event;
        const doneFraction = ((epoch - 1) * batchesPerEpoch + batch) / (epochs * batchesPerEpoch);
        position = { epoch, epochs, doneFraction, secondsLeft: timeLeft.estimate(event, now()) };
        if (doneFraction === 1) close();
        else if (now() - drawnAt >= redrawMilliseconds) drawPosition();
        break;
      }
      case 'shards-progress':
        position = undefined;
        draw(formatShardsLine(event, columns()));
        if (event.done === event.count) leave(event);
        break;
      case 'upload-progress':
        position = undefined;
        if (event.doneFiles === event.fileCount) close();
        else if (now() - drawnAt >= redrawMilliseconds) {
          drawnAt = now();
          draw(formatUploadLine(event, columns()));
        }
        break;
      case 'sweep-progress':
        position = undefined;
        if (event.lines.length === 0) close();
        else if (now() - drawnAt >= redrawMilliseconds) {
          drawnAt = now();
          draw(event.lines.map((each) => fitText(each, columns() - 1)).join('\n'));
        }
        break;
      case 'trial-progressed':
        leave(event);
        drawnAt = Number.NEGATIVE_INFINITY;
        break;
      case 'epoch-finished':
        latest = event.epoch;
        timeLeft.learn(latest.seconds);
        leave(event);
        break;
      default:
        leave(event);
    }
  };
  return { report, close };
}

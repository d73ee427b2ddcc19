import type { Epoch } from '../../lib/contracts/results';
import { shortenMessage } from '../../lib/contracts/shorten';
import type { PipelineEvent } from '../../lib/pipeline/step-context';
import { formatEpochLine, formatProgressLine, type TrainingPosition } from './progress-line';
import { createStyles } from './styles';
import { createTimeLeft } from './time-left';

/** A terminal, a file or a pipe; `isTTY` and `columns` are set on a terminal only. */
export type ProgressStream = Pick<NodeJS.WritableStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface ProgressReporter {
  readonly report: (event: PipelineEvent) => void;
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
  const report = (event: PipelineEvent) => {
    if (event.type === 'epoch-finished') stream.write(`${formatEpochLine(event.epoch, event.epochs)}\n`);
    else if (event.type !== 'training-progress') stream.write(`${shortenMessage(event.message)}\n`);
  };
  return { report, close: () => {} };
}

/** Between two redrawings of the line: a terminal over a slow connection keeps up with this. */
const redrawMilliseconds = 200;
/** Returns to the first column and erases the line. */
const eraseLine = '\r\u001b[K';

/** Every finished epoch and every note leaves a line; the last line is redrawn in place. */
function createScreen(stream: ProgressStream, env: NodeJS.ProcessEnv, now: () => number): ProgressReporter {
  const styles = createStyles(stream, env);
  const timeLeft = createTimeLeft();
  let latest: Epoch | undefined;
  let position: Omit<TrainingPosition, 'latest'> | undefined;
  /** Empty while there is no line to redraw. */
  let line = '';
  let drawnAt = Number.NEGATIVE_INFINITY;

  const columns = () => stream.columns ?? 80;
  const draw = (text: string) => {
    if (text === line) return;
    stream.write(`${eraseLine}${text}`);
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
  const writeAbove = (text: string) => {
    stream.write(`${line === '' ? '' : eraseLine}${text}\n`);
    line = '';
    drawPosition();
  };

  const report = (event: PipelineEvent) => {
    switch (event.type) {
      case 'training-progress': {
        const { epoch, epochs, step, stepsPerEpoch } = event;
        const doneFraction = ((epoch - 1) * stepsPerEpoch + step) / (epochs * stepsPerEpoch);
        position = { epoch, epochs, doneFraction, secondsLeft: timeLeft.estimate(event, now()) };
        if (doneFraction === 1) close();
        else if (now() - drawnAt >= redrawMilliseconds) drawPosition();
        break;
      }
      case 'epoch-finished':
        latest = event.epoch;
        timeLeft.learn(latest.seconds);
        writeAbove(formatEpochLine(event.epoch, event.epochs, columns()));
        break;
      default:
        close();
        writeAbove(styles.dim(shortenMessage(event.message)));
    }
  };
  return { report, close };
}

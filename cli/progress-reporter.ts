import { Presets, SingleBar } from 'cli-progress';
import type { Epoch } from '../lib/contracts/results';
import { shortenMessage } from '../lib/contracts/shorten';
import type { PipelineEvent } from '../lib/pipeline/step-context';
import { createTimeLeft, describeTimeLeft } from './time-left';

/** A terminal, a file or a pipe; `isTTY` and `columns` are set on a terminal only. */
export type ProgressStream = Pick<NodeJS.WritableStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface ProgressReporter {
  readonly report: (event: PipelineEvent) => void;
  /** Ends a bar that is still on the screen. */
  readonly close: () => void;
}

/** A bar on a terminal, plain lines elsewhere, nothing when quiet. */
export function createProgressReporter(
  stream: ProgressStream,
  { isQuiet, now = Date.now }: { readonly isQuiet: boolean; readonly now?: () => number },
): ProgressReporter {
  if (isQuiet) return { report: () => {}, close: () => {} };
  return stream.isTTY ? createBar(stream, now) : createLines(stream);
}

function createLines(stream: ProgressStream): ProgressReporter {
  const report = (event: PipelineEvent) => {
    if (event.type === 'epoch-finished') stream.write(`${describeEpoch(event.epoch, event.epochs)}\n`);
    else if (event.type !== 'training-progress') stream.write(`${shortenMessage(event.message)}\n`);
  };
  return { report, close: () => {} };
}

function createBar(stream: ProgressStream, now: () => number): ProgressReporter {
  const timeLeft = createTimeLeft();
  let bar: SingleBar | undefined;
  let latest: Epoch | undefined;
  const close = () => {
    bar?.stop();
    bar = undefined;
  };
  const report = (event: PipelineEvent) => {
    switch (event.type) {
      case 'training-progress': {
        const total = event.epochs * event.stepsPerEpoch;
        const done = (event.epoch - 1) * event.stepsPerEpoch + event.step;
        const payload = {
          epoch: `${event.epoch}/${event.epochs}`,
          left: describeTimeLeft(timeLeft.estimate(event, now())),
          figures: describeFigures(latest),
        };
        if (bar === undefined) bar = startBar(stream, total, done, payload);
        else bar.update(done, payload);
        if (done === total) close();
        break;
      }
      case 'epoch-finished':
        latest = event.epoch;
        timeLeft.learn(latest.seconds);
        if (bar === undefined) stream.write(`${describeEpoch(event.epoch, event.epochs)}\n`);
        else bar.update({ figures: describeFigures(latest) });
        break;
      default:
        close();
        stream.write(`${shortenMessage(event.message)}\n`);
    }
  };
  return { report, close };
}

function startBar(stream: ProgressStream, total: number, done: number, payload: object): SingleBar {
  const bar = new SingleBar(
    {
      stream: stream as NodeJS.WritableStream,
      // What is cut off on a narrow terminal is at the end; the bar itself gives way first.
      format: '  epoch {epoch} {percentage} % {bar}{left}{figures}',
      barsize: chooseBarSize(stream.columns),
      fps: 5,
      hideCursor: null,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  bar.start(total, done, payload);
  return bar;
}

/** @param columns - of the terminal, where it says. */
function chooseBarSize(columns = 80): number {
  const otherText = '  epoch 1000/1000 100 %  · 59 min 59 s left'.length;
  return Math.max(0, Math.min(24, columns - otherText));
}

function describeFigures(epoch: Epoch | undefined): string {
  return epoch === undefined ? '' : ` · loss ${epoch.loss.toFixed(4)} · val_acc ${epoch.val_acc.toFixed(4)}`;
}

function describeEpoch({ epoch, seconds, loss, acc, val_loss, val_acc }: Epoch, epochs: number): string {
  return (
    `  epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  ${seconds.toFixed(1)} s  ` +
    `loss ${loss.toFixed(4)}  acc ${acc.toFixed(4)}  val_loss ${val_loss.toFixed(4)}  val_acc ${val_acc.toFixed(4)}`
  );
}

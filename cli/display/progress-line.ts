import type { UploadProgress } from '../../lib/cloud/upload-source';
import type { Epoch } from '../../lib/contracts/results';
import { formatBytes } from './bytes';
import { formatClock } from './durations';

export interface TrainingPosition {
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the whole training. */
  readonly doneFraction: number;
  /** `undefined` while it is unknown. */
  readonly secondsLeft: number | undefined;
  /** The last epoch that has finished. */
  readonly latest: Pick<Epoch, 'loss' | 'val_acc'> | undefined;
}

const minBarWidth = 8;
const maxBarWidth = 40;

/**
 * The progress of a training in one line that fits the terminal: the epoch, a bar, the percentage, the time left,
 * val_acc and loss. A narrow terminal gets fewer whole fields, dropped from the end, and the bar last of all.
 *
 * @param columns - of the terminal; the last one stays empty, because some terminals wrap a full line.
 */
export function formatProgressLine(position: TrainingPosition, columns: number): string {
  const { epoch, epochs, doneFraction, secondsLeft, latest } = position;
  const head = `  epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const percent = `${String(Math.floor(100 * doneFraction)).padStart(3)} %`;
  const fields = [
    {
      text: secondsLeft === undefined ? '' : `${formatClock(secondsLeft)} left`,
      minWidth: '0:00 left'.length,
    },
    {
      text: latest === undefined ? '' : `val_acc ${latest.val_acc.toFixed(4)}`,
      minWidth: 'val_acc 0.0000'.length,
    },
    { text: latest === undefined ? '' : `loss ${latest.loss.toFixed(4)}`, minWidth: 'loss 0.0000'.length },
  ];
  const available = columns - 1;
  for (let count = fields.length; count >= 0; count -= 1) {
    const shown = fields.slice(0, count);
    // A field that is still unknown keeps its place, so that the bar does not change its width.
    const fieldsWidth = shown.reduce(
      (sum, { text, minWidth }) => sum + 2 + Math.max(text.length, minWidth),
      0,
    );
    const barWidth = Math.min(maxBarWidth, available - head.length - percent.length - fieldsWidth - 2);
    if (barWidth < minBarWidth) continue;
    const texts = shown.map(({ text }) => text).filter((text) => text !== '');
    return [`${head} ${drawBar(doneFraction, barWidth)} ${percent}`, ...texts].join('  ');
  }
  return [`${head} ${percent}`, percent.trim()].find((text) => text.length <= available) ?? '';
}

/** The preparation of a dataset in one line, with the bar where there is room for it. */
export function formatShardsLine(
  { done, count }: { readonly done: number; readonly count: number },
  columns: number,
): string {
  const text = `Preparing the dataset  ${done}/${count} shards`;
  const barWidth = Math.min(maxBarWidth, columns - 1 - text.length - 2);
  const line = barWidth < minBarWidth ? text : `${text}  ${drawBar(done / count, barWidth)}`;
  return line.length < columns ? line : '';
}

/** An upload in one line, with the bar where there is room for it. */
export function formatUploadLine(
  { doneBytes, totalBytes, doneFiles, fileCount }: UploadProgress,
  columns: number,
): string {
  const fraction = totalBytes === 0 ? doneFiles / fileCount : doneBytes / totalBytes;
  const percent = `${String(Math.floor(100 * fraction)).padStart(3)} %`;
  const text = `Uploading ${percent}  ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}  ${doneFiles}/${fileCount} files`;
  const barWidth = Math.min(maxBarWidth, columns - 1 - text.length - 2);
  const line = barWidth < minBarWidth ? text : `${text}  ${drawBar(fraction, barWidth)}`;
  return [line, percent.trim()].find((each) => each.length < columns) ?? '';
}

function drawBar(doneFraction: number, width: number): string {
  const done = Math.round(doneFraction * width);
  return '█'.repeat(done) + '░'.repeat(width - done);
}

/**
 * The line that a finished epoch leaves.
 *
 * @param columns - of the terminal, if it is one: fields that do not fit are dropped from the end.
 */
export function formatEpochLine(epoch: Epoch, epochs: number, columns = Number.POSITIVE_INFINITY): string {
  const head = `  epoch ${String(epoch.epoch).padStart(String(epochs).length)}/${epochs}`;
  const fields = [
    `${epoch.seconds.toFixed(1)} s`,
    `loss ${epoch.loss.toFixed(4)}`,
    `acc ${epoch.acc.toFixed(4)}`,
    `val_loss ${epoch.val_loss.toFixed(4)}`,
    `val_acc ${epoch.val_acc.toFixed(4)}`,
  ];
  // The least important first: val_acc stays the longest.
  const dropOrder = [2, 3, 0, 1];
  const dropped = new Set<number>();
  const line = () => [head, ...fields.filter((_, index) => !dropped.has(index))].join('  ');
  for (const index of dropOrder) {
    if (line().length < columns) break;
    dropped.add(index);
  }
  return line();
}

import { sumSeconds } from '../../lib/contracts/results';
import type { Sweep } from '../../lib/contracts/sweep';
import { formatDrawn } from '../../lib/sweep/drawn-values';
import { plannedEpochs } from '../../lib/sweep/planned-epochs';
import { compareValues, type SweepState, type Trial } from '../../lib/sweep/sweep-state';
import { formatClock } from './durations';
import type { Styles } from './styles';
import { formatTable, widthOfTable } from './table';

/** As in the history of a run. */
export const metricNames: Readonly<Record<Sweep['metric'], string>> = {
  'validation-loss': 'val_loss',
  'validation-accuracy': 'val_acc',
};

/** Those whose value is a number first, the best first; of equal ones by their number. */
export function sortTrials({ sweep: { metric }, trials }: SweepState): Trial[] {
  const byValue = compareValues(metric);
  return [...trials].sort(
    (a, b) => Number(b.status === 'finished') - Number(a.status === 'finished') || byValue(a, b),
  );
}

/** A row for each trial. Where the terminal is too narrow, the last columns are left out. */
export function formatTrials(
  trials: readonly Trial[],
  { metric }: Sweep,
  { bold, dim, red, green }: Styles,
  width = Number.POSITIVE_INFINITY,
): string {
  const names = [...new Set(trials.flatMap(({ drawn }) => Object.keys(drawn)))];
  const rows = [
    ['trial', 'status', 'epochs', metricNames[metric], 'time', ...names],
    ...trials.map(({ trial, status, epochs, config, value, seconds, drawn, error }) => [
      String(trial),
      error === undefined ? status : `failed: ${error.name}`,
      `${epochs.length}/${config.epochs}`,
      value === undefined ? '' : value.toFixed(4),
      formatClock(seconds),
      ...names.map((name) => (drawn[name] === undefined ? '' : formatDrawn(drawn[name]))),
    ]),
  ];
  while (rows[0]!.length > 4 && widthOfTable(rows) > width) for (const row of rows) row.pop();
  return formatTable(rows, {
    alignRight: [0, 2, 3, 4],
    style: (cell, row, column) => {
      if (row === 0) return bold(cell);
      if (column !== 1) return cell;
      const { status } = trials[row - 1]!;
      if (status === 'failed') return red(cell);
      return status === 'finished' ? green(cell) : dim(cell);
    },
  });
}

/** What a trial has reached, in one line. */
export function formatTrial(
  { trial, status, epochs, value, seconds, drawn, error }: Trial,
  sweep: Sweep,
): string {
  const last = sweep.rungs.at(-1)!;
  return [
    `  trial ${String(trial).padStart(String(sweep.trialCount).length)}`,
    error === undefined ? status.padEnd(8) : `failed: ${error.name}`,
    `${String(epochs.length).padStart(String(last).length)}/${last} epochs`,
    ...(value === undefined ? [] : [`${metricNames[sweep.metric]} ${value.toFixed(4)}`]),
    formatClock(seconds),
    ...Object.entries(drawn).map(([name, setting]) => `${name} ${formatDrawn(setting)}`),
  ].join('  ');
}

/** How far a sweep is: `5 of 12 trials done, 3 paused, 1 failed`. */
export function describeCounts({ sweep, trials }: SweepState): string {
  const count = (counted: Trial['status']) => trials.filter(({ status }) => status === counted).length;
  const parts = [
    `${count('finished')} of ${sweep.trialCount} trials done`,
    ...describe(count('paused'), 'paused'),
    ...describe(count('waiting'), 'waiting'),
    ...describe(count('stopped'), 'stopped'),
    ...describe(count('failed'), 'failed'),
  ];
  return parts.join(', ');
}

const describe = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}`]);

/** `43 of 156 epochs`. */
export function describeEpochs(state: SweepState): string {
  return `${countEpochs(state)} of ${plannedEpochs(state.sweep)} epochs`;
}

export const countEpochs = ({ trials }: SweepState) =>
  trials.reduce((sum, { epochs }) => sum + epochs.length, 0);

/** `undefined` before the first epoch. */
export function estimateSecondsLeft(state: SweepState, moreEpochs: number): number | undefined {
  const seconds = sumSeconds(state.trials);
  const epochs = countEpochs(state);
  if (epochs === 0) return undefined;
  const left = Math.max(0, plannedEpochs(state.sweep) - epochs - moreEpochs);
  return (left * seconds) / epochs / state.sweep.maxParallel;
}

/** The best value so far, of trials with different numbers of epochs among them. */
export function describeBest(state: SweepState): string[] {
  const { metric } = state.sweep;
  const compare = compareValues(metric);
  let best: Trial | undefined;
  // It is asked for after every epoch, of up to ten thousand trials.
  for (const trial of state.trials)
    if (trial.value !== undefined && (best === undefined || compare(trial, best) < 0)) best = trial;
  return best === undefined
    ? []
    : [`best ${metricNames[metric]} ${best.value!.toFixed(4)} (trial ${best.trial})`];
}

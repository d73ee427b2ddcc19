import { objectKeys } from '../../lib/contracts/object-keys';
import { trainCommand } from '../../lib/report/commands';
import type { ObjectStore } from '../../lib/store/object-store';
import { type SweepState, sumCost } from '../../lib/sweep/sweep-state';
import { commandLine } from '../command-text';
import { linkTo } from '../display/link';
import {
  describeCounts,
  describeEpochs,
  formatTrials,
  metricNames,
  sortTrials,
} from '../display/sweep-table';
import type { Terminal } from '../terminal';

interface Extent {
  /** @default all */
  readonly maxRows?: number;
  /** Shows all. @default that of the store */
  readonly showCommand?: string;
}

/** The table of a sweep, and what follows from it. */
export function describeSweep(
  store: ObjectStore,
  state: SweepState,
  { styles, columns }: Pick<Terminal, 'styles' | 'columns'>,
  { maxRows = Number.POSITIVE_INFINITY, showCommand }: Extent = {},
): string {
  const { sweep } = state;
  const show = showCommand ?? commandLine(store, 'sweep', 'show', sweep.sweepId);
  const trials = sortTrials(state);
  const hidden = trials.length - maxRows;
  return [
    '',
    `Sweep ${sweep.sweepId}: ${describeCounts(state)}; ${describeEpochs(state)}`,
    '',
    ...(trials.length === 0 ? [] : [formatTrials(trials.slice(0, maxRows), sweep, styles, columns), '']),
    ...(hidden > 0 ? [`  and ${hidden} more: ${show}`, ''] : []),
    ...describeWinner(store, state, styles),
    ...describeSummary(state),
    ...describeCost(state),
    `  page     ${linkTo(store, objectKeys.sweepPage(sweep.sweepId), styles)}`,
  ].join('\n');
}

function describeWinner(
  store: ObjectStore,
  { sweep, trials, winner }: SweepState,
  styles: Terminal['styles'],
): string[] {
  if (winner === undefined) return [];
  const { trial, winnerRunId, testAccuracy, testLoss } = winner;
  const { config, value } = trials[trial - 1]!;
  return [
    `  winner   trial ${trial}: ${metricNames[sweep.metric]} ${value!.toFixed(4)}, test accuracy ${testAccuracy.toFixed(4)}, test loss ${testLoss.toFixed(4)}`,
    `  run      ${winnerRunId}: ${linkTo(store, objectKeys.report(winnerRunId), styles)}`,
    `  to use   ${trainCommand({ ...config, evaluateOn: 'test' })}`,
  ];
}

/** A sweep on this machine costs nothing. */
function describeCost(state: SweepState): string[] {
  const cost = sumCost(state);
  const what = state.winner === undefined ? 'the trials' : 'the trials and the winner';
  return cost === 0 ? [] : [`  cost     about $${cost.toFixed(4)} for ${what}`];
}

function describeSummary({ sweep, summary }: SweepState): string[] {
  if (summary === undefined) return [];
  const { mean, standardDeviation, interval } = summary;
  const [low, high] = interval.map((bound) => bound.toFixed(4));
  return [
    `  ${metricNames[sweep.metric].padEnd(8)} ${mean.toFixed(4)} ± ${standardDeviation.toFixed(4)} (mean and standard deviation), 95 % interval of the mean ${low} to ${high}`,
  ];
}

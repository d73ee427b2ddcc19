import type { PipelineEvent } from '../../lib/pipeline/step-context';
import type { SweepObserver } from '../../lib/pipeline/sweep/run-sweep';
import { type SweepState, sumCost } from '../../lib/sweep/sweep-state';
import { formatClock } from '../display/durations';
import {
  describeBest,
  describeCounts,
  describeEpochs,
  estimateSecondsLeft,
  formatTrial,
} from '../display/sweep-table';
import type { Terminal } from '../terminal';

type Position = Extract<PipelineEvent, { type: 'training-progress' }>;

/**
 * Shows a sweep while it runs: a line for each job that ends, and below them what runs now. Of the notes of the trials
 * only those of the first are shown: the others repeat them.
 */
export function observeSweep({ report }: Terminal): SweepObserver {
  let state: SweepState | undefined;
  let firstTrial: number | undefined;
  let isFirstTrained = false;
  const positions = new Map<number, Position>();

  const draw = () => {
    if (state !== undefined) report({ type: 'sweep-progress', lines: describeProgress(state, positions) });
  };
  return {
    onChange: async (changed, ended) => {
      state = changed;
      for (const { trial, status } of changed.trials) if (status !== 'running') positions.delete(trial);
      if (ended !== undefined) report({ type: 'trial-progressed', text: formatTrial(ended, changed.sweep) });
      draw();
    },
    onEvent: (event, trial) => {
      firstTrial ??= trial;
      if (event.type === 'training-progress') {
        isFirstTrained = true;
        positions.set(trial, event);
        draw();
      } else if (!isFirstTrained && trial === firstTrial && event.type !== 'epoch-finished') report(event);
    },
  };
}

/** Trials with a line of their own: all must fit the screen to be redrawn. */
const maxRunning = 12;

function describeProgress(state: SweepState, positions: ReadonlyMap<number, Position>): string[] {
  let moreEpochs = 0;
  const running = [...positions].map(([trial, { epoch, epochs, batch, batchesPerEpoch }]) => {
    const done = state.trials[trial - 1]?.epochs.length ?? 0;
    moreEpochs += Math.max(0, epoch - 1 + batch / batchesPerEpoch - done);
    const percent = Math.floor((100 * batch) / batchesPerEpoch);
    return `  trial ${trial}: epoch ${epoch} of ${epochs}, ${String(percent).padStart(3)} %`;
  });
  const cost = sumCost(state);
  const secondsLeft = estimateSecondsLeft(state, moreEpochs);
  const summary = [
    describeCounts(state),
    describeEpochs(state),
    ...describeBest(state),
    ...(cost === 0 ? [] : [`$${cost.toFixed(2)}`]),
    ...(secondsLeft === undefined ? [] : [`${formatClock(secondsLeft)} left`]),
  ];
  const hidden = running.length - maxRunning;
  const more = hidden > 0 ? [`  and ${hidden} more`] : [];
  return [...running.slice(0, maxRunning), ...more, `  ${summary.join(' · ')}`];
}

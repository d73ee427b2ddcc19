import { type GivenDimension, isRepetition } from '../../contracts/sweep';
import { compareValues, isEnded, type SweepState, type Trial, valueEpoch } from '../../sweep/sweep-state';
import { type SettingAxis, settingAxes } from './setting-axis';

/** A trial, and how the page shows it. */
export interface TrialView extends Trial {
  /** Place among the trials, from 0: its color, and its row in the table. */
  readonly rank: number;
  /** The best of all so far, or the winner; none of a repetition. */
  readonly isBest: boolean;
  /** Of the epoch that its value is from. */
  readonly validationAccuracy: number | undefined;
  readonly validationLoss: number | undefined;
}

/** What all parts of the page share. */
export interface SweepView {
  readonly state: SweepState;
  /** In the order of their numbers. */
  readonly trials: readonly TrialView[];
  /** The best first: by how far they came, then by their value. */
  readonly ranked: readonly TrialView[];
  readonly best: TrialView | undefined;
  /** One for each setting in which the trials differ; their `stopOf` is in the order of `trials`. */
  readonly axes: readonly SettingAxis[];
  /** False on this machine, where trials cost nothing. */
  readonly hasCost: boolean;
  /** Whether all trials have ended. */
  readonly isOver: boolean;
  /** Folds and seeds repeat one configuration: nothing in them is to be chosen. */
  readonly isRepetition: boolean;
}

export function viewSweep(state: SweepState): SweepView {
  const { sweep, trials } = state;
  const byValue = compareValues(sweep.metric);
  const order = [...trials].sort((a, b) => progressOf(b) - progressOf(a) || byValue(a, b));
  const leader = order.find(({ value, status }) => value !== undefined && status !== 'failed');
  const bestNumber = isRepetition(sweep) ? undefined : (state.winner?.trial ?? leader?.trial);
  const views = trials.map((trial) => {
    const epoch = valueEpoch(trial.epochs, trial.config);
    return {
      ...trial,
      rank: order.indexOf(trial),
      isBest: trial.trial === bestNumber,
      validationAccuracy: epoch?.val_acc,
      validationLoss: epoch?.val_loss,
    };
  });
  return {
    state,
    trials: views,
    ranked: [...views].sort((a, b) => a.rank - b.rank),
    best: views.find(({ isBest }) => isBest),
    axes: settingAxes(
      dimensionsOf(state),
      trials.map(({ drawn }) => drawn),
    ),
    hasCost: trials.some(({ costUsd }) => costUsd > 0),
    isOver: isOver(state),
    isRepetition: isRepetition(sweep),
  };
}

/** Failed trials last, then the more epochs the better: values after few epochs are no match for those after many. */
const progressOf = ({ status, epochs }: Trial) =>
  status === 'failed' ? -1 : status === 'finished' ? Number.POSITIVE_INFINITY : epochs.length;

/** A sweep ends early where more trials failed than it tolerates. */
function isOver({ sweep, trials }: SweepState): boolean {
  const failed = trials.filter(({ status }) => status === 'failed').length;
  const isDrawn = trials.length >= sweep.trialCount || failed > sweep.maxFailed;
  return isDrawn && trials.every(({ status }) => isEnded(status));
}

/** The space, and settings that a repetition varies without one. */
function dimensionsOf({ sweep, trials }: SweepState): Record<string, GivenDimension> {
  const names = trials.flatMap(({ drawn }) => Object.keys(drawn));
  return { ...Object.fromEntries(names.map((name) => [name, {}])), ...sweep.space };
}

/** For sentences: `trial 7`. */
export const trialName = ({ trial }: Pick<Trial, 'trial'>) => `trial ${trial}`;

/** `1 trial`, `2 trials`. */
export const count = (number: number, noun: string) =>
  `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;

/** As many shades as a reader can tell apart. */
export const shadeCount = 8;

/** From the best trials to the worst. */
export const shadeOf = (rank: number, trialCount: number) =>
  Math.floor((rank / Math.max(1, trialCount)) * shadeCount);

/** CSS classes of a trial's marks in all plots: its shade from best to worst, and what it is. */
export function markClasses({ rank, isBest, status }: TrialView, trialCount: number): string {
  return `trial shade-${shadeOf(rank, trialCount)}${isBest ? ' best' : ''}${status === 'finished' ? '' : ' open'}`;
}

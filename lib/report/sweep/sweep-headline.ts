import { sumSeconds } from '../../contracts/results';
import { isEnded, sumCost } from '../../sweep/sweep-state';
import { escapeMarkup } from '../escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds, formatUsd } from '../format-values';
import type { Markup } from '../markup-blocks';
import { formatMetric, metricName } from './metric-scale';
import { summarizeMetric } from './repetition-section';
import { count, type SweepView, trialName } from './sweep-view';

/** The first screen: the best value, what it took, and what to use. */
export function sweepHeadline(view: SweepView): Markup {
  const { state, isOver, trials } = view;
  const { sweep } = state;
  const ended = trials.filter(({ status }) => isEnded(status)).length;
  const badge = isOver
    ? '<span class="badge accepted">Finished</span>'
    : `<span class="badge">${formatCount(ended)} of ${count(sweep.trialCount, 'trial')} ended</span>`;
  return (
    `<header><p class="eyebrow">${badge}<span>sweep <code>${escapeMarkup(sweep.sweepId)}</code></span>` +
    `<span>${escapeMarkup(describeSearch(view))}</span><time datetime="${escapeMarkup(sweep.createdAt)}">${formatInstant(sweep.createdAt)}</time></p>` +
    `<h1>${mainValue(view)}<small>${escapeMarkup(view.isRepetition ? describeMean(view) : describeBest(view))}</small></h1>` +
    `<dl class="key-metrics">${keyMetrics(view)}</dl></header>`
  );
}

/** The best value, or the mean of a repetition. */
export function mainValue(view: SweepView): string {
  const value = view.isRepetition ? summarizeMetric(view)?.mean : view.best?.value;
  return value === undefined ? '–' : formatMetric(value, view.state.sweep.metric);
}

function describeMean(view: SweepView): string {
  const { sampler, metric } = view.state.sweep;
  const summary = summarizeMetric(view);
  if (summary === undefined) return `fewer than two ${sampler} are trained to the end`;
  const [low, high] = summary.interval.map((value) => formatMetric(value, metric));
  return `mean ${metricName(metric)} of the ${sampler}; 95 % confidence interval ${low} to ${high}`;
}

/** `tpe, halving`. */
function describeSearch({ state: { sweep } }: SweepView): string {
  return [sweep.sampler, ...(sweep.stop === 'none' ? [] : [sweep.stop])].join(', ');
}

function describeBest({ state, best, isOver, trials }: SweepView): string {
  const { metric } = state.sweep;
  if (best === undefined) return isOver ? 'no trial has a value' : 'no trial has finished an epoch yet';
  const extreme = metric === 'validation-loss' ? 'lowest' : 'highest';
  const after = best.status === 'finished' ? '' : ` after ${count(best.epochs.length, 'epoch')}`;
  return `${metricName(metric)} of ${trialName(best)}${after}, the ${extreme} of ${count(trials.length, 'trial')}${isOver ? '' : ' so far'}`;
}

type Metric = readonly [name: string, value: string, note: string];

/** That of the winner on the test set, which no other trial meets. */
function accuracyOf({ state: { winner }, best }: SweepView): Metric[] {
  if (winner !== undefined) {
    const note = 'of the winner, the only one that met the test set';
    return [['Test accuracy', formatPercent(winner.testAccuracy), note]];
  }
  if (best?.validationAccuracy === undefined) return [];
  const note = `of ${trialName(best)}; the test set is not used yet`;
  return [['Validation accuracy', formatPercent(best.validationAccuracy), note]];
}

function keyMetrics(view: SweepView): Markup {
  const { state, trials, hasCost } = view;
  const epochs = trials.reduce((sum, trial) => sum + trial.epochs.length, 0);
  const all = state.sweep.trialCount * state.sweep.rungs.at(-1)!;
  const seconds = sumSeconds(trials);
  const dollars = sumCost(state);
  const finished = trials.filter(({ status }) => status === 'finished').length;
  const stopped = trials.filter(({ status }) => status === 'stopped').length;
  const failed = trials.filter(({ status }) => status === 'failed').length;
  const others = [
    ...(stopped === 0 ? [] : [`${formatCount(stopped)} stopped early`]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ];
  const rows: readonly Metric[] = [
    ...accuracyOf(view),
    [
      'Trials',
      formatCount(trials.length),
      [`${formatCount(finished)} trained to the end`, ...others].join(', '),
    ],
    [
      'Epochs',
      formatCount(epochs),
      `${formatPercent(epochs / all, 0)} of the ${formatCount(all)} of training all to the end`,
    ],
    hasCost
      ? ['Cost', formatUsd(dollars), `${formatSeconds(seconds)} of training`]
      : ['Time', formatSeconds(seconds), 'of training, summed over all trials'],
  ];
  return rows
    .map(
      ([name, value, note]) =>
        `<div><dt>${name}</dt><dd>${escapeMarkup(value)}<small>${escapeMarkup(note)}</small></dd></div>`,
    )
    .join('');
}

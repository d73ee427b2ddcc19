import {
  type Importance,
  measureImportance,
  minImportanceTrials,
} from '../../sweep/importance/measure-importance';
import { type Trial, valueAfter } from '../../sweep/sweep-state';
import { escapeMarkup } from '../escape-markup';
import { formatPercent } from '../format-values';
import { card, type Markup, scrollBox, section } from '../markup-blocks';
import { lossOf, metricName } from './metric-scale';
import { count, type SweepView } from './sweep-view';

/** Below this R² the trees hardly predict trials that they have not seen. */
const weakFit = 0.3;

/** How much of the differences between trials each setting explains. */
export function importanceSection(view: SweepView): Markup {
  const { sweep, trials } = view.state;
  const comparable = trials.flatMap((trial) => {
    const value = comparableValue(trial, sweep.rungs[0]!, sweep.metric);
    return value === undefined ? [] : [{ drawn: trial.drawn, value }];
  });
  const importance = measureImportance(sweep.space, comparable);
  const heading = ['importance', 'Which setting matters'] as const;
  if (importance === undefined) {
    const why =
      comparable.length < minImportanceTrials
        ? `${count(minImportanceTrials, 'trial')} with ${count(sweep.rungs[0]!, 'epoch')} are needed to say that, and there are ${comparable.length}.`
        : `The ${count(comparable.length, 'trial')} do not say: their settings predict the ${metricName(sweep.metric)} of a trial that was left out no better than the mean does.`;
    return section(...heading, why, '');
  }
  return section(
    ...heading,
    `The share of the variance of the ${describeValue(view)} over the whole space that each setting explains by itself: functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014) in boosted regression trees, from ${count(comparable.length, 'trial')} after ${count(sweep.rungs[0]!, 'epoch')}. The trees explain ${formatPercent(importance.fit, 0)} of the variance of trials that they have not seen${importance.fit < weakFit ? ', so take the shares as a hint only' : ''}.`,
    card(scrollBox('Importance', importanceTable(importance))),
  );
}

/** After the first rung, which no trial was stopped before: later values are of the better trials only. */
function comparableValue(trial: Trial, firstRung: number, metric: SweepView['state']['sweep']['metric']) {
  const { status, epochs, config } = trial;
  if (status === 'failed' || (status !== 'finished' && epochs.length < firstRung)) return undefined;
  const value = valueAfter(epochs.slice(0, firstRung), config, metric);
  return value === undefined ? undefined : Math.log(lossOf(value, metric));
}

const describeValue = ({ state }: SweepView) =>
  state.sweep.metric === 'validation-loss'
    ? 'logarithm of the validation loss'
    : 'logarithm of the validation error';

function importanceTable({ shares, together }: Importance): Markup {
  const row = (name: Markup, share: number) =>
    `<tr><th scope="row">${name}</th><td class="share"><span class="bar" style="width:${(100 * share).toFixed(1)}%"></span></td><td class="number">${formatPercent(share, 0)}</td></tr>`;
  const rows = shares.map(({ name, share }) => row(`<code>${escapeMarkup(name)}</code>`, share));
  return `<table class="importance"><thead><tr><th scope="col">Setting</th><td></td><th scope="col" class="number">Share</th></tr></thead><tbody>${rows.join('')}${row('several together', together)}</tbody></table>`;
}

import { type Summary, summarizeValues } from '../../sweep/statistics';
import { formatPercent } from '../format-values';
import { card, type Markup, scrollBox, section } from '../markup-blocks';
import { count, type SweepView } from './sweep-view';

/** Of the metric over all finished folds or seeds; `undefined` for fewer than two. */
export const summarizeMetric = ({ trials }: SweepView): Summary | undefined =>
  summarizeValues(trials.flatMap(({ status, value }) => (status === 'finished' ? (value ?? []) : [])));

/** Mean, standard deviation and interval of folds or seeds. */
export function repetitionSection({ state, trials, isRepetition }: SweepView): Markup {
  if (!isRepetition) return '';
  const finished = trials.filter(({ status }) => status === 'finished');
  const rows = [
    {
      name: 'Validation accuracy',
      values: finished.map((trial) => trial.validationAccuracy!),
      format: formatPercent,
    },
    {
      name: 'Validation loss',
      values: finished.map((trial) => trial.validationLoss!),
      format: (value: number) => value.toFixed(4),
    },
  ].flatMap(({ name, values, format }) => {
    const summary = summarizeValues(values);
    if (summary === undefined) return [];
    const { mean, standardDeviation, interval } = summary;
    const cells = [mean, standardDeviation, ...interval, Math.min(...values), Math.max(...values)];
    return [
      `<tr><th scope="row">${name}</th>${cells.map((value) => `<td class="number">${format(value)}</td>`).join('')}</tr>`,
    ];
  });
  const isFolds = state.sweep.sampler === 'folds';
  const note = isFolds
    ? 'Each trial holds out another fold of the training images. The interval is that of the mean, at 95 %, by Student’s t; folds share training images, so it is rather too narrow.'
    : 'Each trial has another random seed. The interval is that of the mean, at 95 %, by Student’s t.';
  const heads = ['Mean', 'Standard deviation', 'Interval from', 'to', 'Least', 'Most'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table class="compared"><thead><tr><td></td>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'summary',
    isFolds ? 'All folds' : 'All seeds',
    rows.length === 0
      ? `Two finished trials are needed for a deviation, and there ${finished.length === 1 ? 'is 1' : 'are none'}.`
      : note,
    rows.length === 0 ? '' : card(scrollBox(`Over ${count(finished.length, 'trial')}`, table)),
  );
}

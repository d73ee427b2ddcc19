import { escapeMarkup } from '../escape-markup';
import { capitalize, formatPercent, formatSeconds, formatUsd } from '../format-values';
import { card, type Markup, scrollBox, section } from '../markup-blocks';
import { formatLoss, formatMetric, metricName } from './metric-scale';
import { count, type SweepView, shadeOf, type TrialView } from './sweep-view';

interface Column {
  readonly name: string;
  readonly show: (trial: TrialView) => string;
  /** The table is sorted by it; without it, by the text. */
  readonly value?: (trial: TrialView) => number | undefined;
}

/** All trials, the best first, sortable by the page's script. */
export function trialTable(view: SweepView): Markup {
  const { ranked, trials } = view;
  const columns = columnsOf(view);
  const heads = columns.map(
    ({ name, value }) => `<th scope="col"${value ? ' class="number"' : ''}>${escapeMarkup(name)}</th>`,
  );
  const rows = ranked.map((trial) => {
    const cells = columns.map(({ show, value }) =>
      cell(show(trial), value && (value(trial) ?? Number.POSITIVE_INFINITY)),
    );
    const head = `<span class="run-name"><span class="swatch shade-${shadeOf(trial.rank, trials.length)}${trial.isBest ? ' best' : ''}" aria-hidden="true"></span>${trialLink(trial)}</span>`;
    return `<tr data-trial="${trial.trial}"${trial.isBest ? ' class="changed"' : ''}><th scope="row" data-value="${trial.trial}">${head}</th>${cells.join('')}</tr>`;
  });
  const table = `<table class="compared sortable trials"><thead><tr><th scope="col">Trial</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'trials',
    'Trials',
    'The best first: those that were trained to the end, then the others by their epochs. Only settings that differ. A number opens the report of the trial, or its learning curves so far. Click a heading to sort.',
    card(scrollBox('Trials', table)),
  );
}

function cell(text: string, value: number | undefined): Markup {
  return value === undefined
    ? `<td>${escapeMarkup(text)}</td>`
    : `<td class="number" data-value="${value}">${escapeMarkup(text)}</td>`;
}

/** The page is `sweeps/<id>/sweep.html`, and the runs are beside `sweeps/`. A trial without an epoch has no page yet. */
function trialLink({ trial, runId, status, epochs }: TrialView): Markup {
  const page = status === 'finished' ? 'report.html' : epochs.length > 0 ? 'progress.html' : undefined;
  return page === undefined ? String(trial) : `<a href="${runPath(runId, page)}">${trial}</a>`;
}

/** A file of a run, from the page. */
export const runPath = (runId: string, file: string): Markup =>
  escapeMarkup(encodeURI(`../../runs/${runId}/${file}`));

function columnsOf({ state, axes, trials, hasCost }: SweepView): Column[] {
  const { metric } = state.sweep;
  const settings = axes.map(({ name, stops, stopOf }): Column => {
    const stopAt = (trial: TrialView) => stopOf[trials.indexOf(trial)]!;
    const show = (trial: TrialView) => stops[stopAt(trial)]?.text ?? '–';
    const isNumeric = trials.every(({ drawn }) => ['number', 'undefined'].includes(typeof drawn[name]));
    return isNumeric
      ? { name, show, value: ({ drawn }) => drawn[name] as number | undefined }
      : { name, show };
  });
  return [
    { name: 'Status', show: ({ status }) => status },
    {
      name: capitalize(metricName(metric)),
      show: ({ value }) => (value === undefined ? '–' : formatMetric(value, metric)),
      value: ({ value }) => value,
    },
    metric === 'validation-loss'
      ? {
          name: 'Validation accuracy',
          show: ({ validationAccuracy }) =>
            validationAccuracy === undefined ? '–' : formatPercent(validationAccuracy),
          value: ({ validationAccuracy }) => validationAccuracy,
        }
      : {
          name: 'Validation loss',
          show: ({ validationLoss }) => (validationLoss === undefined ? '–' : formatLoss(validationLoss)),
          value: ({ validationLoss }) => validationLoss,
        },
    ...settings,
    { name: 'Epochs', show: ({ epochs }) => String(epochs.length), value: ({ epochs }) => epochs.length },
    { name: 'Time', show: ({ seconds }) => formatSeconds(seconds), value: ({ seconds }) => seconds },
    ...(hasCost
      ? [
          {
            name: 'Cost',
            show: ({ costUsd }: TrialView) => formatUsd(costUsd),
            value: ({ costUsd }: TrialView) => costUsd,
          },
        ]
      : []),
  ];
}

/** Why trials failed; nothing where none did. */
export function failedTrials({ trials }: SweepView): Markup {
  const failed = trials.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return '';
  const rows = failed.map(
    ({ trial, runId, error }) =>
      `<tr data-trial="${trial}"><th scope="row">${trial}</th><td><strong>${escapeMarkup(error?.name ?? 'unknown')}</strong><br>${escapeMarkup(error?.message ?? '')}</td><td><code>${escapeMarkup(runId)}</code></td></tr>`,
  );
  const table = `<table class="failures"><thead><tr><th scope="col">Trial</th><th scope="col">Error</th><th scope="col">Run</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'failed-trials',
    'Failed trials',
    `${count(failed.length, 'trial')} ended in an error that would come again.`,
    card(scrollBox('Failed trials', table)),
  );
}

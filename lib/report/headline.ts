import { escapeMarkup } from './escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds, formatUsd } from './format-values';
import type { Markup } from './markup-blocks';
import type { ReportData } from './report-data';

export function headline(data: ReportData): Markup {
  const { runId, finishedAt, isAccepted, config, metrics, phases, epochs, costUsd } = data;
  const totalSeconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const badge = isAccepted
    ? '<span class="badge accepted">Accepted</span>'
    : '<span class="badge rejected">Rejected</span>';
  const gate =
    config.minAccuracy === 0
      ? 'no minimum was set'
      : `${isAccepted ? 'reaches' : 'is below'} the minimum of ${formatPercent(config.minAccuracy)}`;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Errors', formatCount(metrics.errorCount), `of ${formatCount(metrics.testCount)} test images`],
    ['Test loss', metrics.loss.toFixed(4), 'mean cross-entropy'],
    [
      'Total time',
      formatSeconds(totalSeconds),
      `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}, ${costUsd === null ? 'on a machine of one’s own' : `about ${formatUsd(costUsd)}`}`,
    ],
    ['Quality gate', isAccepted ? 'Accepted' : 'Rejected', gate],
  ];
  const items = figures.map(
    ([name, value, note]) =>
      `<div><dt>${name}</dt><dd>${escapeMarkup(value)}<small>${escapeMarkup(note)}</small></dd></div>`,
  );
  return (
    `<header><p class="eyebrow">${badge}<span>${escapeMarkup(config.modelName)} on ${escapeMarkup(config.dataset)}</span>` +
    `<span>run <code>${escapeMarkup(runId)}</code></span><time datetime="${escapeMarkup(finishedAt)}">${formatInstant(finishedAt)}</time></p>` +
    `<h1>${formatPercent(metrics.accuracy)}<small>of the test images recognised</small></h1>` +
    `<dl class="figures">${items.join('')}</dl></header>`
  );
}

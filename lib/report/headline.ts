import { sumSeconds } from '../contracts/results';
import { wilsonInterval } from '../evaluation/confidence-interval';
import { extraLosses } from '../model/describe-training';
import { countTrained } from '../model/summarize-layers';
import { suggestNext } from './commands';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds, formatUsd } from './format-values';
import { codeBlock, type Markup } from './markup-blocks';
import type { ReportData } from './report-data';
import { summarize } from './summary';

/** The first screen: the accuracy with its interval, the key metrics, a summary in words, and what to run next. */
export function headline(data: ReportData): Markup {
  const { runId, finishedAt, isAccepted, config, metrics } = data;
  const badge = isAccepted
    ? '<span class="badge accepted">Accepted</span>'
    : '<span class="badge rejected">Rejected</span>';
  const { low, high } = wilsonInterval(metrics.testCount - metrics.errorCount, metrics.testCount);
  const sentences = summarize(data).map((sentence) => `<li>${escapeMarkup(sentence)}</li>`);
  const next = suggestNext(data).map(
    ({ why, command, path }) => `<li>${escapeMarkup(why)}${linkTo(path, data)}${codeBlock(command)}</li>`,
  );
  return (
    `<header><p class="eyebrow">${badge}<span>${escapeMarkup(config.modelName)} on ${escapeMarkup(config.dataset)}</span>` +
    `<span>run <code>${escapeMarkup(runId)}</code></span><time datetime="${escapeMarkup(finishedAt)}">${formatInstant(finishedAt)}</time></p>` +
    `<h1>${formatPercent(metrics.accuracy)}<small>of the ${describeMeasured(data)} classified correctly; 95 % confidence interval ${formatPercent(low)} to ${formatPercent(high)}</small></h1>` +
    `<dl class="key-metrics">${keyMetrics(data)}</dl>` +
    `<div class="pair first-look"><ul class="summary">${sentences.join('')}</ul><ul class="next" aria-label="What to run next">${next.join('')}</ul></div></header>`
  );
}

const describeMeasured = ({ config, metrics }: ReportData) =>
  config.evaluateOn === 'test'
    ? 'test images'
    : `${formatCount(metrics.testCount)} validation images, and not of the test images,`;

/** Runs of earlier versions may not have the file. */
function linkTo(path: string | undefined, { files }: ReportData): Markup {
  if (path === undefined || !files.some((file) => file.path === path)) return '';
  return `: <a href="${escapeMarkup(path)}">${escapeMarkup(path)}</a>, or`;
}

function keyMetrics({
  isAccepted,
  config,
  metrics,
  phases,
  epochs,
  costUsd,
  parameterCount,
  layers,
}: ReportData): Markup {
  const extras = extraLosses(config);
  const totalSeconds = sumSeconds(phases);
  const place = costUsd === null ? 'on your own machine' : `about ${formatUsd(costUsd)}`;
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'Errors',
      formatCount(metrics.errorCount),
      `of ${formatCount(metrics.testCount)} ${config.evaluateOn} images`,
    ],
    [
      config.evaluateOn === 'test' ? 'Test loss' : 'Validation loss',
      metrics.loss.toFixed(4),
      extras.length === 0 ? 'mean cross-entropy' : `mean cross-entropy, without ${extras.join(' and ')}`,
    ],
    ['Total time', formatSeconds(totalSeconds), `${count(epochs.length, 'epoch')}, ${place}`],
    config.minAccuracy === 0
      ? ['Parameters', formatCount(parameterCount), describeTrained(countTrained(layers), parameterCount)]
      : [
          'Quality gate',
          isAccepted ? 'Accepted' : 'Rejected',
          `${isAccepted ? 'reaches' : 'is below'} the minimum of ${formatPercent(config.minAccuracy)}`,
        ],
  ];
  return rows
    .map(
      ([name, value, note]) =>
        `<div><dt>${name}</dt><dd>${escapeMarkup(value)}<small>${escapeMarkup(note)}</small></dd></div>`,
    )
    .join('');
}

const describeTrained = (trained: number, all: number) =>
  trained === all ? 'trained' : `${formatCount(trained)} of them trained`;

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

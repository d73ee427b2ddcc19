import { escapeMarkup } from './escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { type Picture, pictureDataUrl } from './picture';
import { drawConfusionMatrix } from './plots/confusion-matrix';
import { drawAccuracy, drawLoss } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import type { ReportData } from './report-data';

/** What the model can do: the upper half of the report. */
export function resultSections(data: ReportData): Markup {
  return [
    headline(data),
    learningCurves(data),
    firstImages(data),
    section(
      'confusion-matrix',
      'Where it goes wrong',
      'Rows are true labels, columns are predictions. Blue: right answers, by their share of the row. Red: mistakes.',
      `<div class="pair">${card(toInlineSvg(drawConfusionMatrix(data.metrics)))}${card(classTable(data))}</div>`,
    ),
    worstMistakes(data),
  ].join('');
}

function headline({ runId, finishedAt, isAccepted, config, metrics, phases, epochs }: ReportData): Markup {
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
      `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}`,
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

function learningCurves({ epochs }: ReportData): Markup {
  const plots = [drawAccuracy(epochs), drawLoss(epochs)].map(
    (plot) =>
      `<div class="card"><h3>${plot.name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(plot)}</div>`,
  );
  return section(
    'learning-curves',
    'Learning curves',
    'Training figures are means over the epoch with dropout on; validation is the test set after the epoch, with dropout off.',
    `<div class="pair">${plots.join('')}</div>`,
  );
}

function firstImages({ predictions, pictureOf }: ReportData): Markup {
  const items = predictions.map(({ index, label, predicted, probabilities }) => {
    const isRight = label === predicted;
    return digit(pictureOf(index), {
      alt: `Test image ${index}: true label ${label}, predicted ${predicted}`,
      className: isRight ? 'right' : 'wrong',
      answer: `${isRight ? '✓' : '✗'} ${predicted}`,
      note: `true ${label}`,
      detail: formatPercent(probabilities[predicted] ?? 0, 1),
    });
  });
  const count = predictions.length === 10 ? 'ten' : String(predictions.length);
  return section(
    'first-images',
    `The first ${count} test images`,
    'The prediction, the true label, and the probability that the model gave its prediction.',
    card(`<ul class="digits first">${items.join('')}</ul>`),
  );
}

function worstMistakes({ metrics, pictureOf }: ReportData): Markup {
  const { worstMistakes: mistakes, errorCount } = metrics;
  if (mistakes.length === 0) {
    return section('worst-mistakes', 'Worst mistakes', 'None: every test image was recognised.', '');
  }
  const items = mistakes.map(({ index, label, predicted, confidence }) =>
    digit(pictureOf(index), {
      alt: `Test image ${index}: true label ${label}, predicted ${predicted}`,
      className: 'wrong',
      answer: `${label} → ${predicted}`,
      note: formatPercent(confidence, 1),
      detail: `no. ${index}`,
    }),
  );
  return section(
    'worst-mistakes',
    'Worst mistakes',
    `${mistakes.length} of ${formatCount(errorCount)}, the most confident first: true label → prediction, the confidence in it, and the row in the test set.`,
    card(`<ul class="digits mistakes">${items.join('')}</ul>`),
  );
}

interface DigitCaption {
  readonly alt: string;
  readonly className: 'right' | 'wrong';
  readonly answer: string;
  readonly note: string;
  readonly detail: string;
}

function digit(picture: Picture, { alt, className, answer, note, detail }: DigitCaption): Markup {
  const [height, width] = picture.shape;
  return (
    `<li><figure class="${className}"><img alt="${escapeMarkup(alt)}" width="${width}" height="${height}" src="${pictureDataUrl(picture)}">` +
    `<figcaption><strong>${escapeMarkup(answer)}</strong>${escapeMarkup(note)}<br>${escapeMarkup(detail)}</figcaption></figure></li>`
  );
}

function classTable({ metrics }: ReportData): Markup {
  const rows = metrics.classes.map(
    ({ label, precision, recall, f1, support }) =>
      `<tr><th scope="row">${label}</th>${[precision, recall, f1].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatCount(support)}</td></tr>`,
  );
  const heads = ['Precision', 'Recall', 'F1', 'Images'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  return `<h3>Each class</h3>${scrollBox(
    'Precision, recall and F1 of each class',
    `<table><thead><tr><th scope="col">Label</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  )}`;
}

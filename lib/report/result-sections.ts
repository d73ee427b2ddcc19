import { measureCalibration } from '../evaluation/calibration';
import { cellImagesMarkup, chooseCellImages } from './cell-images';
import { confusionTable, maxTableClasses } from './confusion-table';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds, formatUsd } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { type Picture, pictureDataUrl } from './picture';
import { drawConfusionMatrix } from './plots/confusion-matrix';
import { drawAccuracy, drawLoss } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import { drawReliability } from './plots/reliability';
import type { ReportData } from './report-data';

/** What the model can do: the upper half of the report. */
export function resultSections(data: ReportData): Markup {
  return [
    headline(data),
    learningCurves(data),
    firstImages(data),
    confusions(data),
    worstMistakes(data),
    calibration(data),
  ].join('');
}

function headline(data: ReportData): Markup {
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

function learningCurves({ epochs }: ReportData): Markup {
  const plots = [drawAccuracy(epochs), drawLoss(epochs)].map(
    (plot) =>
      `<div class="card"><h3>${plot.name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(plot)}</div>`,
  );
  return section(
    'learning-curves',
    'Learning curves',
    'Training figures are means over the epoch with dropout on; validation is the test set after the epoch, with dropout off.',
    `<div class="pair">${plots.join('')}</div>${epochTable(epochs)}`,
  );
}

function epochTable(epochs: ReportData['epochs']): Markup {
  const rows = epochs.map(
    ({ epoch, loss, acc, val_loss, val_acc, seconds }) =>
      `<tr><th scope="row">${epoch}</th>${[loss, acc, val_loss, val_acc].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatSeconds(seconds)}</td></tr>`,
  );
  const heads = ['loss', 'acc', 'val_loss', 'val_acc', 'time'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table><thead><tr><th scope="col">Epoch</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<details class="card"><summary>The values of each epoch</summary>${scrollBox('The values of each epoch', table)}</details>`;
}

function confusions(data: ReportData): Markup {
  const { metrics, testPredictions, pictureOf } = data;
  const isTable = metrics.confusionMatrix.length <= maxTableClasses;
  const [height, width] = pictureOf(0).shape;
  const matrix = isTable
    ? `<p class="note" id="cell-hint" hidden>Choose a cell to see its images.</p>${confusionTable(metrics.confusionMatrix)}`
    : toInlineSvg(drawConfusionMatrix(metrics));
  const panel =
    '<div id="cell-panel" hidden><h3 aria-live="polite"></h3><ul class="digits mistakes"></ul></div>';
  const images = isTable
    ? panel + cellImagesMarkup(chooseCellImages(testPredictions, height * width), pictureOf, testPredictions)
    : '';
  return section(
    'confusion-matrix',
    'Where it goes wrong',
    'Blue: right answers, by their share of the row. Red: mistakes.',
    `<div class="pair">${card(matrix + images)}${card(classTable(data))}</div>`,
  );
}

function calibration({ testPredictions }: ReportData): Markup {
  const measured = measureCalibration(testPredictions);
  const rows = measured.bins
    .filter(({ count }) => count > 0)
    .map(
      ({ from, to, count, confidence, accuracy }) =>
        `<tr><th scope="row">${formatPercent(from, 0)} to ${formatPercent(to, 0)}</th><td class="number">${formatCount(count)}</td>` +
        `<td class="number">${formatPercent(confidence, 1)}</td><td class="number">${formatPercent(accuracy, 1)}</td></tr>`,
    );
  const heads = ['Images', 'Claimed', 'Right'].map((name) => `<th scope="col" class="number">${name}</th>`);
  const table = `<table><thead><tr><th scope="col">Confidence</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'calibration',
    'Can its confidence be trusted?',
    `Expected calibration error ${formatPercent(measured.expectedCalibrationError)}: the gap between the confidence claimed and the share that is right, averaged over all images (Guo et al. 2017, 15 bins). A bar that ends on the diagonal is honest; the outlined part is the gap.`,
    `<div class="pair">${card(`<h3>Reliability</h3>${toInlineSvg(drawReliability(measured))}`)}${card(`<h3>By confidence</h3>${scrollBox('Calibration by confidence', table)}`)}</div>`,
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

function worstMistakes({ metrics, pictureOf, probabilitiesOf }: ReportData): Markup {
  const { worstMistakes: mistakes, errorCount } = metrics;
  if (mistakes.length === 0) {
    return section('worst-mistakes', 'Worst mistakes', 'None: every test image was recognised.', '');
  }
  const items = mistakes.map(({ index, label, predicted }) =>
    digit(pictureOf(index), {
      alt: `Test image ${index}: true label ${label}, predicted ${predicted}`,
      className: 'wrong',
      answer: `${label} → ${predicted}`,
      note: `no. ${index}`,
      detail: '',
      guesses: topThree(probabilitiesOf(index)),
    }),
  );
  return section(
    'worst-mistakes',
    'Worst mistakes',
    `${mistakes.length} of ${formatCount(errorCount)}, the most confident first: true label → prediction, the row in the test set, and what the model thought, its three highest probabilities.`,
    card(`<ul class="digits mistakes">${items.join('')}</ul>`),
  );
}

interface DigitCaption {
  readonly alt: string;
  readonly className: 'right' | 'wrong';
  readonly answer: string;
  readonly note: string;
  readonly detail: string;
  /** [label, probability], the most probable first. */
  readonly guesses?: readonly (readonly [label: number, probability: number])[];
}

function digit(
  picture: Picture,
  { alt, className, answer, note, detail, guesses = [] }: DigitCaption,
): Markup {
  const [height, width] = picture.shape;
  return (
    `<li><figure class="${className}"><img alt="${escapeMarkup(alt)}" width="${width}" height="${height}" src="${pictureDataUrl(picture)}">` +
    `<figcaption><strong>${escapeMarkup(answer)}</strong>${escapeMarkup(note)}${detail === '' ? '' : `<br>${escapeMarkup(detail)}`}${guessList(guesses)}</figcaption></figure></li>`
  );
}

function guessList(guesses: readonly (readonly [number, number])[]): Markup {
  if (guesses.length === 0) return '';
  const items = guesses.map(
    ([label, probability]) =>
      `<li style="--share:${probability.toFixed(3)}"><b>${label}</b><span>${formatPercent(probability, 1)}</span></li>`,
  );
  return `<ol class="guesses">${items.join('')}</ol>`;
}

function topThree(probabilities: ArrayLike<number>): (readonly [number, number])[] {
  return Array.from(probabilities, (probability, label) => [label, probability] as const)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, 3);
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

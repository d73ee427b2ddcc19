import { valuesPerImage } from '../contracts/image-shape';
import { cellImagesMarkup, chooseCellImages } from './cell-images';
import { nameMarkup } from './class-labels';
import { confusionTable, maxTableClasses } from './confusion-table';
import { formatCount } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { drawConfusionMatrix } from './plots/confusion-matrix';
import { type Plot, toInlineSvg } from './plots/plot';
import type { ReportData } from './report-data';

export function confusions(data: ReportData): Markup {
  const { metrics, testPredictions, imageOf, classNames } = data;
  const { evaluateOn } = data.config;
  const isTable = metrics.confusionMatrix.length <= maxTableClasses;
  const imageBytes = valuesPerImage(imageOf(0).shape);
  const matrix = isTable
    ? `<p class="note" id="cell-hint" hidden>Select a cell to see its images.</p>${confusionTable(metrics.confusionMatrix, classNames, evaluateOn)}`
    : scrollPlot(drawConfusionMatrix(metrics, classNames, evaluateOn));
  const panel =
    '<div id="cell-panel" hidden><h3 aria-live="polite"></h3><ul class="digits mistakes"></ul></div>';
  const images = isTable
    ? panel +
      cellImagesMarkup(chooseCellImages(testPredictions, imageBytes), imageOf, {
        ...testPredictions,
        classNames,
      })
    : '';
  return section(
    'confusion-matrix',
    'Confusion matrix',
    'Rows are true labels, columns are predictions. Blue: correct predictions, by their share of the row. Red: mistakes.',
    // The plot of many classes takes the width of the page.
    `<div${isTable ? ' class="pair"' : ''}>${card(matrix + images)}${card(classTable(data))}</div>`,
  );
}

/** At its natural size at least, so that names stay readable on a phone. */
const scrollPlot = (plot: Plot): Markup =>
  scrollBox('Confusion matrix', `<div style="min-width:${plot.width}px">${toInlineSvg(plot)}</div>`);

function classTable({ metrics, classNames }: ReportData): Markup {
  const rows = metrics.classes.map(
    ({ label, precision, recall, f1, support }) =>
      `<tr><th scope="row">${nameMarkup(classNames[label]!)}</th>${[precision, recall, f1].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatCount(support)}</td></tr>`,
  );
  const heads = ['Precision', 'Recall', 'F1', 'Images'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  return `<h3>Metrics of each class</h3>${scrollBox(
    'Precision, recall and F1 of each class',
    `<table><thead><tr><th scope="col">Label</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  )}`;
}

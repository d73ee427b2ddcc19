import { describeSize } from '../contracts/image-shape';
import { type ByteImage, imageDataUrl } from './byte-image';
import { nameInText, nameMarkup } from './class-labels';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import type { ReportData } from './report-data';

/** A table of more classes would be too long to read. */
export const maxDataClasses = 100;

/** The data that the model learned from: the number of images of each class, and their mean image. */
export function dataSection(data: ReportData): Markup {
  const { labelCounts, testPredictions, classNames, meanImages } = data;
  const { evaluateOn } = data.config;
  const shown = classNames.slice(0, maxDataClasses);
  const totals = { train: sum(labelCounts.train), test: sum(labelCounts.test) };
  const largest = Math.max(...labelCounts.train);
  const rows = shown.map((name, label) => {
    const trainCount = labelCounts.train[label] ?? 0;
    const share = largest === 0 ? 0 : trainCount / largest;
    return (
      `<tr><th scope="row">${nameMarkup(name)}</th><td class="mean">${meanImage(name, meanImages[label], evaluateOn)}</td>` +
      `<td style="width:45%"><span class="bar" style="width:${(share * 100).toFixed(1)}%"></span></td>` +
      `<td class="number">${formatCount(trainCount)}</td><td class="number">${formatPercent(trainCount / totals.train, 1)}</td><td class="number">${formatCount(labelCounts.test[label] ?? 0)}</td></tr>`
    );
  });
  const more =
    classNames.length > maxDataClasses ? ` The first ${maxDataClasses} of ${classNames.length} classes.` : '';
  const heads = ['Training', 'Share', 'Test'].map((name) => `<th scope="col" class="number">${name}</th>`);
  const table = `<table class="balance"><thead><tr><th scope="col">Label</th><th scope="col">Mean</th><td></td>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'data',
    'The data',
    `${formatCount(totals.train)} training and ${formatCount(totals.test)} test images of ${describeSize(data.imageOf(0).shape)}. ${describeHeldOut(data)}The mean is over the ${formatCount(testPredictions.labels.length)} ${evaluateOn} images.${more}`,
    card(scrollBox('Images of each class', table)),
  );
}

function describeHeldOut({ heldOutCount }: ReportData): string {
  return heldOutCount === 0
    ? ''
    : `${formatCount(heldOutCount)} of the training images were held out as validation data. `;
}

function meanImage(
  name: string,
  image: ByteImage | undefined,
  evaluateOn: ReportData['config']['evaluateOn'],
): Markup {
  if (image === undefined) return '';
  const [height, width] = image.shape;
  return `<img alt="${escapeMarkup(`Mean of the ${evaluateOn} images with label ${nameInText(name)}`)}" width="${width}" height="${height}" src="${imageDataUrl(image)}">`;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

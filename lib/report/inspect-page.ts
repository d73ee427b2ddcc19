import { printableNames } from '../contracts/class-names';
import { channelsOf } from '../contracts/image-shape';
import type { Inspection } from '../dataset/inspect-dataset';
import { imageDataUrl } from './byte-image';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent } from './format-values';
import { card, factTable, type Markup, scrollBox, section } from './markup-blocks';
import { framePage } from './page-frame';

/** A dataset before a training, in one self-contained page. */
export function renderInspectPage(inspection: Inspection, pipelineVersion: string): string {
  const sections = [remarksSection(inspection), examplesSection(inspection), factsSection(inspection)];
  return framePage(
    `Dataset ${inspection.location}`,
    headline(inspection) + sections.join(''),
    pipelineVersion,
  );
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** `28×28, gray`. */
export function describeShape({ conversion: { imageShape } }: Inspection): string {
  const [height, width] = imageShape;
  return `${height}×${width}, ${channelsOf(imageShape) === 3 ? 'color' : 'gray'}`;
}

/** `uint8, from 0 to 255`. */
export function describeValues({ measures: { type, lowest, highest } }: Inspection): string {
  return `${type}, from ${formatValue(lowest)} to ${formatValue(highest)}`;
}

const formatValue = (value: number) => String(Number(value.toPrecision(6)));

/** How they become the bytes of a training. */
export function describeScale({ conversion }: Inspection): string {
  const { white, black, invert, transpose, resize } = conversion;
  return [
    `${formatValue(black)} is black, ${formatValue(white)} is white`,
    ...(invert ? ['inverted'] : []),
    ...(transpose ? ['rows and columns exchanged'] : []),
    ...(resize ? ['scaled to one size'] : []),
  ].join('; ');
}

function headline(inspection: Inspection): Markup {
  const { location, description, counts, classNames, hasTestPart } = inspection;
  const [train, test] = [sum(counts.train), sum(counts.test)];
  const metrics = [
    ['Training images', formatCount(train), ''],
    ['Test images', formatCount(test), hasTestPart ? '' : 'drawn from all images'],
    ['Classes', formatCount(classNames.length), ''],
    ['Images', describeShape(inspection), ''],
  ] as const;
  const cells = metrics.map(
    ([name, value, note]) =>
      `<div><dt>${name}</dt><dd>${escapeMarkup(value)}${note === '' ? '' : `<small>${note}</small>`}</dd></div>`,
  );
  return (
    `<header><p class="eyebrow">${escapeMarkup(description)}</p>` +
    `<h1>${formatCount(train + test)}<small>images in ${escapeMarkup(location)}</small></h1>` +
    `<dl class="key-metrics">${cells.join('')}</dl></header>`
  );
}

function remarksSection({ remarks }: Inspection): Markup {
  if (remarks.length === 0) return '';
  const items = remarks.map((remark) => `<li>${escapeMarkup(remark)}</li>`).join('');
  return section('remarks', 'Remarks', '', card(`<ul class="summary">${items}</ul>`));
}

/** The contact sheet. */
function examplesSection(inspection: Inspection): Markup {
  const { counts, examples, conversion } = inspection;
  const [height, width] = conversion.imageShape;
  const names = printableNames(inspection.classNames);
  const largest = Math.max(...counts.train);
  const total = sum(counts.train);
  const rows = names.map((name, label) => {
    const trainCount = counts.train[label]!;
    const images = examples[label]!.map(
      (pixels, index) =>
        `<img alt="${escapeMarkup(`Example ${index + 1} of ${name}`)}" width="${width}" height="${height}" src="${imageDataUrl({ pixels, shape: conversion.imageShape })}">`,
    );
    const shown =
      images.length === 0 ? '<span class="muted">none among those looked at</span>' : images.join('');
    return (
      `<tr><th scope="row">${escapeMarkup(name)}</th><td class="examples">${shown}</td>` +
      `<td class="share"><span class="bar" style="width:${((100 * trainCount) / Math.max(1, largest)).toFixed(1)}%"></span></td>` +
      `<td class="number">${formatCount(trainCount)}</td><td class="number">${formatPercent(trainCount / Math.max(1, total), 1)}</td>` +
      `<td class="number">${formatCount(counts.test[label]!)}</td></tr>`
    );
  });
  const heads = ['Training', 'Share', 'Test'].map((name) => `<th scope="col" class="number">${name}</th>`);
  const table = `<table class="contact-sheet"><thead><tr><th scope="col">Class</th><th scope="col">Examples</th><td></td>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'classes',
    'Classes',
    'Up to ten images of each class, as a training gets them.',
    card(scrollBox('Classes', table)),
  );
}

function factsSection(inspection: Inspection): Markup {
  const { kind, description, measures, location } = inspection;
  const shapes = measures.shapes.map(
    ({ shape, rowCount }) => `${shape.join('×')} (${formatCount(rowCount)} of the sample)`,
  );
  const facts = [
    ['Location', location],
    ['Kind', `${kind}: ${description}`],
    ['Sizes', shapes.slice(0, 8).join(', ') + (shapes.length > 8 ? ` and ${shapes.length - 8} more` : '')],
    ['Values', describeValues(inspection)],
    ['Scale', describeScale(inspection)],
  ] as const;
  return section(
    'source',
    'The source',
    `Sizes and values are those of a sample of ${formatCount(measures.rowCount)} images.`,
    card(factTable(facts.map(([name, value]) => [name, escapeMarkup(value)]))),
  );
}

import type { DatasetSettings } from '../contracts/dataset-settings';
import { valuesPerImage } from '../contracts/image-shape';
import { readSlice } from '../sources/read-slice';
import { convertRows } from './conversion/convert-rows';
import { decidePreparation, type Preparation } from './decide-preparation';
import type { LabeledImages } from './load-split';
import { openDataset } from './open-dataset';
import { refuseDataset } from './refuse-dataset';

export interface TestImages {
  readonly images: LabeledImages;
  readonly preparation: Preparation;
}

/**
 * The test images of a source, as they would be prepared. Nothing is written.
 *
 * @throws PermanentError InvalidDataset, with everything that is wrong with the test images.
 */
export async function readTestImages(settings: DatasetSettings): Promise<TestImages> {
  const opened = await openDataset(settings);
  const preparation = await decidePreparation(opened, settings);
  const { classes, splits, conversion } = preparation;
  const values = valuesPerImage(conversion.imageShape);
  const count = splits.reduce((sum, split) => sum + split, 0);
  const pixels = new Uint8Array(count * values);
  const labels = new Uint8Array(count);
  const problems: string[] = [];
  const unreadable: string[] = [];
  let filled = 0;
  let firstRow = 0;
  for (const { split, rowCount, slices } of opened.source.sections) {
    let row = firstRow;
    for (const { slice, names } of split === 'train' ? [] : slices) {
      for await (const block of readSlice(slice, opened.files, names)) {
        if ('problem' in block) {
          if (splits[row] === 1) unreadable.push(`${block.nameOf(0)} cannot be read: ${block.problem}`);
        } else {
          const converted = convertRows(block, conversion);
          problems.push(...converted.problems);
          for (let at = 0; at < block.rowCount && problems.length === 0; at += 1) {
            if (splits[row + at] === 0) continue;
            pixels.set(converted.pixels.subarray(at * values, (at + 1) * values), filled * values);
            labels[filled] = classes[row + at]!;
            filled += 1;
          }
        }
        row += block.rowCount;
      }
    }
    firstRow += rowCount;
  }
  if (unreadable.length > settings.skipUnreadable || filled === 0) problems.push(...unreadable);
  if (problems.length > 0) throw refuseDataset(settings.dataset, problems);
  const images = {
    pixels: pixels.subarray(0, filled * values),
    labels: labels.subarray(0, filled),
    count: filled,
    imageShape: conversion.imageShape,
  };
  return { images, preparation };
}

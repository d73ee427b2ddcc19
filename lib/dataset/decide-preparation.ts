import type { Conversion } from '../contracts/conversion';
import type { DatasetSettings } from '../contracts/dataset-settings';
import type { Source } from '../sources/source';
import { chooseImageShape } from './conversion/choose-image-shape';
import { measureSource } from './measure-source';
import type { OpenedDataset } from './open-dataset';
import { refuseDataset } from './refuse-dataset';
import { checkRows, findIdleSettings } from './rows/check-rows';
import { chooseWhite } from './rows/choose-white';
import { divideRows } from './rows/divide-rows';
import { remarkOnPolarity, remarkOnTransposition } from './rows/suspect-images';
import { toClasses } from './rows/to-classes';

/** How a source becomes a prepared dataset. */
export interface Preparation {
  readonly conversion: Conversion;
  readonly classNames: readonly string[];
  /** Class of every image, over all sections. */
  readonly classes: Uint8Array;
  /** 0 for train, 1 for test. */
  readonly splits: Uint8Array;
  readonly remarks: readonly string[];
}

/**
 * Decides classes, division, shape and scale, by the labels and a sample of the images.
 *
 * @throws PermanentError InvalidDataset, with all problems that can be seen so far.
 */
export async function decidePreparation(
  { source, files }: OpenedDataset,
  settings: DatasetSettings,
): Promise<Preparation> {
  // With these there may be no images to measure.
  const { kind, sections } = source;
  const isDivided = sections.every(({ split }) => split !== undefined);
  const atFirst = [...source.problems, ...findIdleSettings(settings, { kind, isDivided })];
  if (atFirst.length > 0) throw refuseDataset(settings.dataset, atFirst);
  const classes = toClasses(
    source.sections.map(({ labels }) => labels),
    { classes: settings.classes, classNames: settings.classNames ?? source.classNames },
  );
  const measured = await measureSource(source, files);
  const problems = [...classes.problems, ...measured.problems];
  const { measures, border } = measured;
  if (measures === undefined) {
    if (problems.length === 0) problems.push('None of the images that were looked at can be read.');
    throw refuseDataset(settings.dataset, problems);
  }
  const range = chooseWhite(measures, settings.white);
  const shape = chooseImageShape(measures, settings);
  problems.push(...range.problems);
  if ('problem' in shape) problems.push(shape.problem);
  const divided = divide(source, classes.columns, settings);
  const rows = { classNames: classes.classNames, classes: concatenate(classes.columns), splits: divided };
  const findings = classes.problems.length === 0 ? checkRows(rows) : { problems: [], remarks: [] };
  problems.push(...findings.problems);
  if ('problem' in shape || problems.length > 0) throw refuseDataset(settings.dataset, problems);
  const { white, black } = range;
  const { invert, transpose } = settings;
  return {
    conversion: { ...shape, white, black, invert, transpose },
    ...rows,
    remarks: [
      ...source.remarks,
      ...range.remarks,
      ...findings.remarks,
      ...remarkOnPolarity(border, range, invert),
      ...(kind === 'idx' ? [] : remarkOnTransposition(classes.classNames, transpose)),
    ],
  };
}

/** 0 for train and 1 for test, of every image. */
function divide(
  { sections }: Pick<Source, 'sections'>,
  classes: readonly Uint8Array[],
  settings: DatasetSettings,
): Uint8Array {
  return concatenate(
    sections.map(({ split, rowCount, groups }, section) =>
      split === undefined
        ? divideRows(classes[section]!, settings, groups)
        : new Uint8Array(rowCount).fill(split === 'test' ? 1 : 0),
    ),
  );
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

import type { Conversion } from '../contracts/conversion';
import type { DatasetSettings } from '../contracts/dataset-settings';
import type { Source } from '../sources/source';
import { chooseExamples } from './choose-examples';
import type { RowMeasures } from './conversion/measure-rows';
import { decidePreparation } from './decide-preparation';
import { measureSource } from './measure-source';
import { openDataset } from './open-dataset';

/** Of each class. */
const exampleCount = 10;

/** What a training would get, and what was seen of the source. */
export interface Inspection {
  /** As the user gave it. */
  readonly location: string;
  readonly kind: Source['kind'];
  readonly description: string;
  /** Whether the source has a test part of its own. */
  readonly hasTestPart: boolean;
  readonly classNames: readonly string[];
  /** Images of each class. */
  readonly counts: { readonly train: readonly number[]; readonly test: readonly number[] };
  readonly conversion: Conversion;
  /** Of a sample of the images, as they are in the source. */
  readonly measures: RowMeasures;
  readonly remarks: readonly string[];
  /** Of each class up to ten prepared images, [...imageShape]. */
  readonly examples: readonly (readonly Uint8Array[])[];
}

/**
 * Opens a dataset as a training does, and reads a sample. Nothing is written.
 *
 * @throws PermanentError InvalidDataset with everything that a training would refuse.
 */
export async function inspectDataset(settings: DatasetSettings): Promise<Inspection> {
  const opened = await openDataset(settings);
  const { source, files } = opened;
  const preparation = await decidePreparation(opened, settings);
  const { conversion, classNames, classes, splits, remarks } = preparation;
  const { measures } = await measureSource(source, files);
  const count = (split: 0 | 1) => {
    const counts = new Array<number>(classNames.length).fill(0);
    for (const [row, label] of classes.entries()) if (splits[row] === split) counts[label]! += 1;
    return counts;
  };
  return {
    location: settings.dataset,
    kind: source.kind,
    description: source.description,
    hasTestPart: source.sections.some(({ split }) => split === 'test'),
    classNames,
    counts: { train: count(0), test: count(1) },
    conversion,
    measures: measures!,
    remarks,
    examples: await chooseExamples(source, files, preparation, exampleCount),
  };
}

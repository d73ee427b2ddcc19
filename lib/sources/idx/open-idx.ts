import type { Split } from '../../contracts/dataset';
import type { DatasetSettings } from '../../contracts/dataset-settings';
import { PermanentError } from '../../contracts/errors';
import { imageLayoutOf } from '../numbers/image-rows';
import type { Source, SourceSection } from '../source';
import type { SourceFile, SourceFiles } from '../source-files';
import { fingerprintOf, unusableSource } from '../unusable-source';
import { findIdxFiles, type IdxFiles } from './find-idx-files';
import { type IdxFile, openIdxFile } from './idx-header';
import { type IdxLabels, readIdxLabels } from './idx-labels';
import { planSlices } from './idx-slices';

/** Two or four IDX files, known by their names. */
export async function openIdx(
  files: SourceFiles,
  settings: Pick<DatasetSettings, 'transpose'>,
): Promise<Source | undefined> {
  const found = await findIdxFiles(files);
  if (found === undefined) return undefined;
  const used = Object.values(found).filter((file) => file !== undefined);
  const problems: string[] = [];
  const sections: SourceSection[] = [];
  const remarks: string[] = [];
  for (const pair of pairsOf(found)) {
    const opened = await openPair(pair, files, problems);
    if (opened === undefined) continue;
    sections.push(opened.section);
    remarks.push(...opened.remarks);
    if (!settings.transpose) remarks.push(...remarkOnEmnist(pair, opened.section));
  }
  return {
    kind: 'idx',
    description: used.length === 4 ? 'four IDX files' : 'two IDX files',
    sections,
    fingerprint: fingerprintOf(used),
    remarks,
    problems,
  };
}

interface Pair {
  readonly split: Split | undefined;
  readonly images: SourceFile;
  readonly labels: SourceFile;
}

function pairsOf({ trainImages, trainLabels, testImages, testLabels, images, labels }: IdxFiles): Pair[] {
  if (images !== undefined && labels !== undefined) return [{ split: undefined, images, labels }];
  const train = { images: trainImages!, labels: trainLabels! };
  if (testImages === undefined || testLabels === undefined) return [{ split: undefined, ...train }];
  return [
    { split: 'train', ...train },
    { split: 'test', images: testImages, labels: testLabels },
  ];
}

async function openPair({ split, images, labels }: Pair, files: SourceFiles, problems: string[]) {
  const imageFile = await collectProblem(problems, () => openImages(files, images));
  const labelFile = await collectProblem(problems, () => openIdxFile(files, labels));
  const read =
    labelFile && (await collectProblem<IdxLabels>(problems, () => readIdxLabels(labelFile, files)));
  if (imageFile === undefined || read === undefined) return undefined;
  const [rowCount = 0] = imageFile.shape;
  const labelCount = read.labels.codes.length;
  if (labelCount !== rowCount) {
    problems.push(
      `${images.name} has ${rowCount} images and ${labels.name} has ${labelCount} labels. Every image needs one label; check that the two files belong together.`,
    );
  }
  const section: SourceSection = { split, rowCount, labels: read.labels, slices: planSlices(imageFile) };
  return { section, remarks: read.remarks };
}

async function collectProblem<Result>(
  problems: string[],
  read: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PermanentError) || error.name !== 'InvalidDataset') throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** @throws PermanentError InvalidDataset unless the shape is [count, height, width], or has one or three channels. */
async function openImages(files: SourceFiles, file: SourceFile): Promise<IdxFile> {
  const idx = await openIdxFile(files, file);
  const what = `${file.name} in ${files.location}`;
  const [rowCount = 0, ...rowShape] = idx.shape;
  const layout = imageLayoutOf(rowShape);
  if (layout === undefined) {
    throw unusableSource(
      what,
      `has ${idx.shape.length} dimensions (${idx.shape.join('×')}), and images have three: count, height and width, or four with one or three channels`,
      'Convert it to one of these layouts.',
    );
  }
  const [height, width] = layout.shape;
  if (rowCount === 0 || height === 0 || width === 0) {
    throw unusableSource(
      what,
      `is empty: its header announces ${rowCount} images of ${height}×${width} pixels`,
      'At least one image with one pixel is needed.',
    );
  }
  return idx;
}

/** https://www.nist.gov/itl/products-and-services/emnist-dataset: its images are transposed, compared with MNIST. */
function remarkOnEmnist({ split, images, labels }: Pair, section: SourceSection): string[] {
  if (split === 'test') return [];
  const name = images.name.slice(images.name.lastIndexOf('/') + 1);
  if (/^emnist-/i.test(name)) {
    return [
      `${images.name} is from EMNIST, whose images are transposed: rows and columns are swapped. A model trained on them does not recognize upright letters and digits. To swap them, give --transpose.`,
    ];
  }
  if (hasLetterLabels(section.labels.values)) {
    return [
      `${labels.name} has the labels 1 to 26, like EMNIST's letters, whose images are transposed: rows and columns are swapped. A model trained on them does not recognize upright letters. If these are such letters, give --transpose.`,
    ];
  }
  return [];
}

function hasLetterLabels(values: readonly (number | string)[]): boolean {
  return (
    values.length === 26 && values.every((label) => Number.isInteger(label) && +label >= 1 && +label <= 26)
  );
}

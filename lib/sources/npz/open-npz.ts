import type { ValueType } from '../../contracts/slices';
import { findLabelProblem } from '../label-collector';
import { imageLayoutOf } from '../numbers/image-rows';
import type { OpenSource, SourceSection } from '../source';
import type { SourceFiles } from '../source-files';
import { fingerprintOf } from '../unusable-source';
import { readArrayLabels } from './array-labels';
import { planArraySlices, sliceOf } from './array-slices';
import { type ArrayPair, chooseArrays } from './choose-arrays';
import { type FoundArray, findArrays } from './find-arrays';

/** Arrays of NumPy: one .npz with all of them, or several .npz and .npy files. */
export const openNpz: OpenSource = async (files, settings) => {
  const arrays = await findArrays(files);
  if (arrays === undefined) return undefined;
  const chosen = chooseArrays(arrays, settings);
  const remarks = [...chosen.remarks];
  const problems = [...chosen.problems];
  const sections: SourceSection[] = [];
  for (const pair of chosen.pairs) {
    const found = findPairProblems(pair);
    problems.push(...found);
    if (found.length > 0) continue;
    const { section, notes, labelProblem } = await readPair(pair, files);
    sections.push(section);
    remarks.push(...notes);
    if (labelProblem !== undefined) problems.push(labelProblem);
  }
  const used = chosen.pairs.flatMap(({ images, labels }) => [images.file, labels.file]);
  const distinct = [...new Map(used.map((file) => [file.name, file])).values()];
  return {
    kind: 'npz',
    description: describe(chosen.pairs, arrays),
    sections,
    fingerprint: fingerprintOf(distinct),
    remarks,
    problems,
  };
};

function describe(pairs: readonly ArrayPair[], arrays: readonly FoundArray[]): string {
  const used = pairs.flatMap(({ images, labels }) => [images, labels]);
  const shown = used.length > 0 ? used : arrays;
  const names = [...new Set(shown.map(({ file }) => file.name))];
  const names4 = names.slice(0, 4).join(', ');
  return `NumPy arrays ${shown
    .map(({ name }) => name)
    .slice(0, 4)
    .join(', ')} in ${names4}`;
}

const saveAgain = 'and save them again with np.savez';

function findPairProblems({ images, labels }: ArrayPair): string[] {
  const problems: string[] = [];
  for (const { where, header } of [images, labels]) {
    if (header.descr.includes('O')) {
      problems.push(
        `${where} holds Python objects in pickle format, which are refused because reading them can run any program. Convert them to numbers or texts, for example with np.array(values.tolist()), ${saveAgain}.`,
      );
    } else if (header.type === undefined) {
      problems.push(
        `${where} has the type ${header.descr}, which is neither numbers nor texts. Convert it, for example with values.astype("float32"), ${saveAgain}.`,
      );
    }
    if (header.isFortranOrder) {
      problems.push(
        `${where} is in Fortran order, with the columns one after the other. Convert it with np.ascontiguousarray(values), ${saveAgain}.`,
      );
    }
  }
  if (problems.length > 0) return problems;
  const isText = images.header.type === 'unicode' || images.header.type === 'bytes';
  const layout = isText
    ? `${images.where} holds texts, and images are numbers. Name the array of the images with --images-column.`
    : layoutOf(images);
  if (typeof layout === 'string') problems.push(layout);
  const [imageCount = 0] = images.header.shape;
  const [labelCount = 0] = labels.header.shape;
  if (imageCount === 0) problems.push(`${images.where} has no images: its shape is ${shapeOf(images)}.`);
  if (imageCount !== labelCount) {
    problems.push(
      `${images.where} has ${imageCount} images and ${labels.where} has ${labelCount} labels. Save one label for each image.`,
    );
  }
  return problems;
}

const shapeOf = ({ header }: FoundArray) => header.shape.join('×') || '()';

interface Layout {
  readonly rowShape: readonly number[];
  readonly remark?: string;
}

/** A sentence if the rows are no images. */
function layoutOf({ where, header: { shape } }: FoundArray): Layout | string {
  const [, ...row] = shape;
  const shapeText = shape.join('×') || '()';
  if (row.some((size) => size === 0))
    return `${where} has the shape ${shapeText}: its images have no pixels.`;
  const [values = 0] = row;
  if (row.length === 1) {
    const side = Math.round(Math.sqrt(values));
    if (side * side === values && side > 1) {
      const remark = `${where} has ${values} values in a row: they are taken as images of ${side}×${side}.`;
      return { rowShape: [side, side], remark };
    }
    return `${where} has ${values} values in a row, which is no square. Give the images their height and width, for example with values.reshape(-1, height, width), ${saveAgain}.`;
  }
  const layout = imageLayoutOf(row);
  if (layout === undefined) {
    return `${where} has the shape ${shapeText}, and images have count×height×width, with 1 channel (gray) or 3 (red, green, blue) at the end or after the count. Convert it to one of these, ${saveAgain}.`;
  }
  if (!layout.isPlanar) return { rowShape: row };
  return {
    rowShape: row,
    remark: `${where} has the shape ${shapeText}: it is read as color images with the channels first, as in PyTorch.`,
  };
}

async function readPair({ split, images, labels }: ArrayPair, files: SourceFiles) {
  const { rowShape, remark } = layoutOf(images) as Layout;
  const [rowCount = 0] = images.header.shape;
  const read = await readArrayLabels(labels, files);
  const slices = planArraySlices(sliceOf(images, images.header.type as ValueType, rowShape));
  const section: SourceSection = { split, rowCount, labels: read.labels, slices };
  const notes = [...(remark === undefined ? [] : [remark]), ...read.remarks];
  return { section, notes, labelProblem: findLabelProblem(read.labels, labels.where) };
}

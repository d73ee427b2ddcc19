import { LabelCollector } from '../label-collector';
import { readNumberRows } from '../numbers/number-rows';
import { findOne } from '../numbers/one-hot';
import type { LabelColumn } from '../source';
import type { SourceFiles } from '../source-files';
import { unusableSource } from '../unusable-source';
import type { IdxFile } from './idx-header';
import { wholeSlice } from './idx-slices';

export interface IdxLabels {
  readonly labels: LabelColumn;
  readonly remarks: readonly string[];
}

/** https://github.com/facebookresearch/qmnist: class, series, writer and five more for each image. */
const qmnistColumns = 8;

/**
 * Reads labels of any type, where their meaning is unambiguous: one number per image, one column of numbers, one-hot
 * rows, or QMNIST's eight columns, of which the first is the class.
 *
 * @throws PermanentError InvalidDataset for any other layout.
 */
export async function readIdxLabels(idx: IdxFile, files: SourceFiles): Promise<IdxLabels> {
  const { shape, type } = idx;
  const { name } = idx.file;
  const [, columns = 1] = shape;
  if (shape.length === 1 || (shape.length === 2 && columns === 1))
    return { labels: await readColumn(idx, files, 1), remarks: [] };
  if (shape.length === 2 && type === 'int32' && columns === qmnistColumns) {
    const remark = `${name} has ${qmnistColumns} columns, like QMNIST's labels: the first column is used as the class.`;
    return { labels: await readColumn(idx, files, qmnistColumns), remarks: [remark] };
  }
  const labels = shape.length === 2 ? await readOneHot(idx, files, columns) : undefined;
  if (labels !== undefined) {
    const remark = `${name} has one-hot rows of ${columns}: the position of the 1 is used as the class.`;
    return { labels, remarks: [remark] };
  }
  throw unusableSource(
    `${name} in ${files.location}`,
    `has ${shape.length} dimensions (${shape.join('×')}), and labels have one`,
    'Provide one number per image, one column of numbers, or one-hot rows.',
  );
}

/** The first column. */
async function readColumn(idx: IdxFile, files: SourceFiles, columns: number): Promise<LabelColumn> {
  const collector = openCollector(idx, files);
  for await (const { values } of readNumberRows(wholeSlice(idx), files))
    for (let at = 0; at < values.length; at += columns) collector.add(values[at]!);
  return collector.finish();
}

/** `undefined` unless every row has a single 1 among zeros. */
async function readOneHot(
  idx: IdxFile,
  files: SourceFiles,
  columns: number,
): Promise<LabelColumn | undefined> {
  const collector = openCollector(idx, files);
  for await (const { values } of readNumberRows(wholeSlice(idx), files)) {
    for (let start = 0; start < values.length; start += columns) {
      const position = findOne(values, start, columns);
      if (position === undefined) return undefined;
      collector.add(position);
    }
  }
  return collector.finish();
}

/** The number of rows that the header of a compressed file announces is not trusted: memory grows with what is there. */
function openCollector({ file, shape, isCompressed }: IdxFile, { location }: SourceFiles): LabelCollector {
  return new LabelCollector(`${file.name} in ${location}`, isCompressed ? 0 : shape[0]);
}

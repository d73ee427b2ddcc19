import { readNumberRows } from '../numbers/number-rows';
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
  const codeOf = new Map<number, number>();
  const blocks: Int32Array[] = [];
  for await (const { values, rowCount } of readNumberRows(wholeSlice(idx), files)) {
    const codes = new Int32Array(rowCount);
    let row = 0;
    for (let at = 0; at < values.length; at += columns) {
      const value = values[at]!;
      let code = codeOf.get(value);
      if (code === undefined) {
        code = codeOf.size;
        codeOf.set(value, code);
      }
      codes[row++] = code;
    }
    blocks.push(codes);
  }
  return { codes: concatenate(blocks), values: [...codeOf.keys()] };
}

/** `undefined` unless every row has a single 1 among zeros. */
async function readOneHot(
  idx: IdxFile,
  files: SourceFiles,
  columns: number,
): Promise<LabelColumn | undefined> {
  const blocks: Int32Array[] = [];
  for await (const { values, rowCount } of readNumberRows(wholeSlice(idx), files)) {
    const codes = new Int32Array(rowCount).fill(-1);
    for (let at = 0; at < values.length; at += 1) {
      if (values[at] === 0) continue;
      const row = Math.floor(at / columns);
      if (values[at] !== 1 || codes[row] !== -1) return undefined;
      codes[row] = at % columns;
    }
    if (codes.includes(-1)) return undefined;
    blocks.push(codes);
  }
  return { codes: concatenate(blocks), values: Array.from({ length: columns }, (_, column) => column) };
}

/** The number of rows that the header of a compressed file announces is not trusted: memory grows with what is there. */
function concatenate(blocks: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let offset = 0;
  for (const block of blocks) {
    whole.set(block, offset);
    offset += block.length;
  }
  return whole;
}

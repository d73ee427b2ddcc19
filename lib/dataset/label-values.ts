import { encodeIdx, type Idx } from './idx';
import { countValues, valueReader } from './idx-values';
import { unusableFile } from './unreadable-file';

/** Labels, one byte per image. */
export interface LabelFile {
  readonly file: Uint8Array;
  readonly data: Uint8Array;
  readonly shape: readonly [count: number];
  readonly remarks: readonly string[];
}

const highestLabel = 255;
/** https://github.com/facebookresearch/qmnist: class, series, writer and five more for each image. */
const qmnistColumns = 8;

/**
 * Converts labels of any type to one byte per image, where their meaning is unambiguous: one number per image, one column
 * of numbers, one-hot rows, or QMNIST's eight columns, of which the first is the class.
 *
 * @throws PermanentError InvalidDataset for any other layout, and for a label that does not fit a byte.
 */
export function toLabelFile(idx: Idx, fileName: string): LabelFile {
  const { read, count, remarks } = readLabels(idx, fileName);
  if (idx.type === 'uint8' && idx.shape.length === 1) {
    return { file: idx.file, data: idx.data, shape: [count], remarks };
  }
  const data = new Uint8Array(count);
  for (let row = 0; row < count; row += 1) {
    const label = read(row);
    data[row] = label;
    if (data[row] !== label) throw noByte(label, row, fileName);
  }
  return { file: encodeIdx([count], data), data, shape: [count], remarks };
}

interface Labels {
  readonly read: (row: number) => number;
  readonly count: number;
  readonly remarks: readonly string[];
}

function readLabels(idx: Idx, fileName: string): Labels {
  const { shape, type } = idx;
  const read = valueReader(idx);
  const [count = 0, columns = 1] = shape;
  if (shape.length === 1 || (shape.length === 2 && columns === 1)) return { read, count, remarks: [] };
  if (shape.length === 2 && type === 'int32' && columns === qmnistColumns) {
    const remark = `${fileName} has ${qmnistColumns} columns, like QMNIST's labels: the first column is used as the class.`;
    return { read: (row) => read(row * columns), count, remarks: [remark] };
  }
  const hot = shape.length === 2 ? readOneHot(idx, count, columns) : undefined;
  if (hot !== undefined) {
    const remark = `${fileName} has one-hot rows of ${columns}: the position of the 1 is used as the class.`;
    return { read: (row) => hot[row]!, count, remarks: [remark] };
  }
  throw unusableFile(
    fileName,
    `has ${shape.length} dimensions (${shape.join('×')}), and labels have one`,
    'Provide one number per image, one column of numbers, or one-hot rows.',
  );
}

/** `undefined` unless every row has a single 1 among zeros. */
function readOneHot(idx: Idx, count: number, columns: number): number[] | undefined {
  const read = valueReader(idx);
  const positions: number[] = [];
  for (let index = 0; index < countValues(idx); index += 1) {
    const value = read(index);
    if (value === 0) continue;
    const row = Math.floor(index / columns);
    if (value !== 1 || row !== positions.length) return undefined;
    positions.push(index % columns);
  }
  return positions.length === count ? positions : undefined;
}

function noByte(label: number, row: number, fileName: string): Error {
  return unusableFile(
    fileName,
    `has the label ${label} at row ${row}, and labels are whole numbers from 0 to ${highestLabel}`,
    'Number the classes from 0, and export the file again.',
  );
}

import type { ParquetSlice } from '../../contracts/slices';
import { decodeRow } from '../images/decode-row';
import { imageLayoutOf } from '../numbers/image-rows';
import type { RawRows, ReadSlice } from '../source';
import { readColumn, readMetadata } from './parquet-file';

type UnnamedRow = Awaited<ReturnType<typeof decodeRow>>;

/** Yields each row as a block, one row group in memory at a time. */
export const readParquetSlice: ReadSlice<ParquetSlice> = async function* (slice, files) {
  const { file, column, content, ground } = slice;
  const metadata = await readMetadata(file, files);
  const end = slice.firstRow + slice.rowCount;
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    const firstRow = Math.max(groupStart, slice.firstRow);
    const rowCount = Math.min(groupEnd, end) - firstRow;
    groupStart = groupEnd;
    if (rowCount <= 0) continue;
    const values = await readColumn({ file, metadata }, column, group, { firstRow, rowCount }, files);
    for (const [index, value] of values.entries()) {
      const nameOf = () => `row ${firstRow + index} of ${file.name}`;
      const row = content === 'numbers' ? toImage(value) : await decodeBytes(value, content, ground);
      yield { ...row, nameOf } as RawRows;
    }
  }
};

async function decodeBytes(value: unknown, content: string, ground: number): Promise<UnnamedRow> {
  const bytes = content === 'structs' ? (value as { bytes?: unknown } | null)?.bytes : value;
  if (bytes instanceof Uint8Array) return decodeRow(bytes, ground);
  const path = (value as { path?: unknown } | null)?.path;
  const problem =
    typeof path === 'string'
      ? `it has no bytes, only the path ${JSON.stringify(path)}. Embed the images before you write the file.`
      : 'it has no image. Remove this row.';
  return { rowCount: 1, problem };
}

/** Lists of [height·width] with a square, [height, width], or [height, width, channels]. */
function toImage(value: unknown): UnnamedRow {
  const shape = shapeOf(value);
  const side = Math.round(Math.sqrt(shape[0] ?? 0));
  const isSquare = shape.length === 1 && side > 1 && side * side === shape[0];
  const layout = imageLayoutOf(isSquare ? [side, side] : shape);
  const flat = layout?.isPlanar === false ? flatten(value) : undefined;
  const size = shape.reduce((product, each) => product * each, 1);
  if (layout === undefined || flat === undefined || flat.length !== size) {
    const problem = `its list of numbers has the shape ${shape.join('×') || '()'}, and images have height×width, height×width×3, or a square in one list. Correct or remove this row.`;
    return { rowCount: 1, problem };
  }
  const values = flat.every(Number.isInteger) ? Int32Array.from(flat) : Float64Array.from(flat);
  return { values, shape: layout.shape, rowCount: 1 };
}

const isRow = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function shapeOf(value: unknown): number[] {
  return isRow(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/** `undefined` for anything that is no number. */
function flatten(value: unknown): number[] | undefined {
  if (typeof value === 'number') return [value];
  if (typeof value === 'bigint') return [Number(value)];
  if (!isRow(value)) return undefined;
  const parts = Array.from(value, flatten);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

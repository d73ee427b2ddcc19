import type { Split } from '../../contracts/dataset';
import type { ImagesSlice } from '../../contracts/slices';
import type { LabelColumn, PlannedSlice, SourceSection } from '../source';
import type { FileTable } from './file-table';
import type { FolderLayout } from './folder-layout';
import { encodeEntry } from './image-entries';
import type { ListedImages } from './list-images';

const maxRowsPerSlice = 10_000;
/** A worker decodes some 10 MB of compressed images in a second. */
const maxBytesPerSlice = 256 * 2 ** 20;

export interface SectionPlan {
  readonly split: Split | undefined;
  /** Position in `layout.sections`. */
  readonly index: number;
  readonly labelOf: ReadonlyMap<string, number>;
  readonly isGrouped: boolean;
  readonly slice: ImagesSlice;
}

/** The images of a part in mixed order, with their labels, in slices for workers. */
export function makeSection(
  { table, images }: ListedImages,
  { places }: FolderLayout,
  { split, index, labelOf, isGrouped, slice }: SectionPlan,
): { readonly section: SourceSection; readonly fingerprint: string } {
  const rows = table.mix(images.filter((file) => places[table.folderOf(file)]?.section === index));
  const labels = places.map((place) => place && labelOf.get(place.className));
  const groups = places.map((place) => place && (place.group === '' ? `${place.className}/` : place.group));
  return {
    section: {
      split,
      rowCount: rows.length,
      labels: toColumn(table, rows, labels),
      ...(isGrouped && { groups: toColumn(table, rows, groups) }),
      slices: toSlices(table, rows, slice),
    },
    fingerprint: table.fingerprint(rows),
  };
}

function toColumn(
  table: FileTable,
  rows: Uint32Array,
  valueOfFolder: readonly (number | string | undefined)[],
): LabelColumn {
  const values: (number | string)[] = [];
  const codes = new Map<number | string, number>();
  const codeOfFolder = valueOfFolder.map((value) => {
    if (value === undefined) return -1;
    const code = codes.get(value) ?? values.push(value) - 1;
    codes.set(value, code);
    return code;
  });
  return { codes: Int32Array.from(rows, (file) => codeOfFolder[table.folderOf(file)]!), values };
}

function toSlices(table: FileTable, rows: Uint32Array, slice: ImagesSlice): PlannedSlice[] {
  const slices: PlannedSlice[] = [];
  let start = 0;
  let bytes = 0;
  rows.forEach((file, row) => {
    const isFull = row - start === maxRowsPerSlice || bytes + table.bytesOf(file) > maxBytesPerSlice;
    if (row > start && isFull) {
      slices.push(toSlice(table, rows.subarray(start, row), slice));
      start = row;
      bytes = 0;
    }
    bytes += table.bytesOf(file);
  });
  if (start < rows.length) slices.push(toSlice(table, rows.subarray(start), slice));
  return slices;
}

/** The names are made only when they are asked for, because those of a million files are large. */
const toSlice = (table: FileTable, rows: Uint32Array, slice: ImagesSlice): PlannedSlice => ({
  rowCount: rows.length,
  slice,
  get names() {
    return Array.from(rows, (file) => encodeEntry(table.fileAt(file)));
  },
});

import type { DatasetPart, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';

/**
 * Class and split of every image, in the order of the source, as a uint8 IDX file [rows, 2]: a worker reads its range of
 * bytes.
 */
const headerBytes = 12;
const bytesPerRow = 2;
const splitCodes = { train: 0, test: 1 } as const satisfies Record<Split, number>;

/** @param splits - 0 for train and 1 for test. */
export function encodeRowsTable(classes: Uint8Array, splits: Uint8Array): Uint8Array {
  const table = new Uint8Array(headerBytes + bytesPerRow * classes.length);
  const view = new DataView(table.buffer);
  view.setUint32(0, 0x0802);
  view.setUint32(4, classes.length);
  view.setUint32(8, bytesPerRow);
  for (let row = 0; row < classes.length; row += 1) {
    table[headerBytes + bytesPerRow * row] = classes[row]!;
    table[headerBytes + bytesPerRow * row + 1] = splits[row]!;
  }
  return table;
}

const rangeOf = ({ firstRow, rowCount }: Pick<DatasetPart, 'firstRow' | 'rowCount'>) =>
  [headerBytes + bytesPerRow * firstRow, bytesPerRow * rowCount] as const;

export function hashRows(table: Uint8Array, rows: Pick<DatasetPart, 'firstRow' | 'rowCount'>): string {
  const [offset, length] = rangeOf(rows);
  return sha256Hex(table.subarray(offset, offset + length));
}

/** Class and split of each image of a part. */
export interface PlannedRows {
  readonly classOf: (row: number) => number;
  readonly splitOf: (row: number) => Split;
}

/** @throws PermanentError ArtifactNotFound; CorruptArtifact for other rows than planned. */
export async function readPlannedRows(store: ObjectStore, part: DatasetPart): Promise<PlannedRows> {
  const key = objectKeys.rowsTable(part.dataset, part.contentKey);
  const rows = await store.getRange(key, ...rangeOf(part));
  if (sha256Hex(rows) !== part.rowsSha256) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} was altered: its rows ${part.firstRow} to ${part.firstRow + part.rowCount - 1} are not those of the plan. Delete it, and start a new run.`,
      { evidence: { key, firstRow: part.firstRow } },
    );
  }
  return {
    classOf: (row) => rows[bytesPerRow * row]!,
    splitOf: (row) => (rows[bytesPerRow * row + 1] === splitCodes.test ? 'test' : 'train'),
  };
}

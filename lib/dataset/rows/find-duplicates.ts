import type { Split } from '../../contracts/dataset';
import { HashPositions, type RowPosition } from './hash-positions';

/** The images of one part, in the order of its rows. */
export interface HashedRows {
  readonly rowCount: number;
  /** Of the values of the image; 0 for an image that could not be read. */
  readonly hashOf: (row: number) => bigint;
  readonly splitOf: (row: number) => Split;
}

/** A training image that is, value for value, also a test image. */
export interface Duplicate {
  readonly train: RowPosition;
  readonly test: RowPosition;
}

/** Training images that are also in the test part. */
export interface Duplicates {
  readonly count: number;
  /** The first ones. */
  readonly examples: readonly Duplicate[];
  /** Of each part, the rows of these training images, ascending. */
  readonly rowsOfParts: readonly (readonly number[])[];
}

/**
 * Finds the training images that are also test images. Memory: up to 43 bytes for each test image, and 8 to 12 for each
 * that is found.
 */
export function findDuplicates(parts: readonly HashedRows[], maxExamples: number): Duplicates {
  let testCount = 0;
  forEachRow(parts, 'test', () => {
    testCount += 1;
  });
  const firstTest = new HashPositions(testCount);
  forEachRow(parts, 'test', (hash, position) => firstTest.add(hash, position));
  const examples: Duplicate[] = [];
  const rowsOfParts = parts.map((): number[] => []);
  let count = 0;
  forEachRow(parts, 'train', (hash, train) => {
    const test = firstTest.get(hash);
    if (test === undefined) return;
    count += 1;
    rowsOfParts[train.part]!.push(train.row);
    if (examples.length < maxExamples) examples.push({ train, test });
  });
  return { count, examples, rowsOfParts };
}

function forEachRow(
  parts: readonly HashedRows[],
  split: Split,
  use: (hash: bigint, position: RowPosition) => void,
): void {
  for (const [part, { rowCount, hashOf, splitOf }] of parts.entries()) {
    for (let row = 0; row < rowCount; row += 1) {
      const hash = hashOf(row);
      if (hash !== 0n && splitOf(row) === split) use(hash, { part, row });
    }
  }
}

import type { DatasetPart, DatasetPlan, Split } from '../contracts/dataset';
import type { Preparation } from './decide-preparation';
import type { OpenedDataset } from './open-dataset';
import { hashRows } from './rows-table';
import { rowsPerShard } from './shards';

/** The parts of a dataset, in the order of its source, and what they add up to. */
export interface PlannedParts extends Pick<DatasetPlan, 'parts' | 'rowCounts' | 'shardCount'> {
  /** Of the parts that have names, by their index. */
  readonly names: ReadonlyMap<number, readonly string[]>;
}

/** One part for each slice. Shards are numbered in the order of the parts. Deterministic. */
export function planParts(
  { source, partFiles }: OpenedDataset,
  { conversion, classNames, splits }: Preparation,
  {
    dataset,
    contentKey,
    table,
  }: Pick<DatasetPlan, 'dataset' | 'contentKey'> & { readonly table: Uint8Array },
): PlannedParts {
  const shardRows = rowsPerShard(conversion.imageShape);
  const rowCounts = { train: 0, test: 0 };
  const shardCounts = { train: 0, test: 0 };
  const parts: DatasetPart[] = [];
  const names = new Map<number, readonly string[]>();
  let firstRow = 0;
  for (const planned of source.sections.flatMap(({ slices }) => slices)) {
    const { rowCount, slice } = planned;
    const testCount = countOnes(splits, firstRow, rowCount);
    const take = (split: Split, count: number) => {
      const firstShard = shardCounts[split];
      rowCounts[split] += count;
      shardCounts[split] += Math.ceil(count / shardRows);
      return { firstShard, rowCount: count };
    };
    const index = parts.length;
    if (planned.names !== undefined) names.set(index, planned.names);
    parts.push({
      ...{ dataset, contentKey, index, firstRow, rowCount },
      rowsSha256: hashRows(table, { firstRow, rowCount }),
      files: partFiles,
      slice,
      hasNames: planned.names !== undefined,
      conversion,
      classCount: classNames.length,
      train: take('train', rowCount - testCount),
      test: take('test', testCount),
    });
    firstRow += rowCount;
  }
  return { parts, names, rowCounts, shardCount: shardCounts.train + shardCounts.test };
}

function countOnes(splits: Uint8Array, firstRow: number, rowCount: number): number {
  let count = 0;
  for (let row = firstRow; row < firstRow + rowCount; row += 1) count += splits[row]!;
  return count;
}

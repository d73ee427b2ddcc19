import type { DatasetManifest, DatasetPlan, Split, UnreadableImage } from '../contracts/dataset';
import type { ObjectStore } from '../store/object-store';
import { nameImage, readPartNames } from './part-names';
import { PixelStatistics } from './pixel-statistics';
import { type FinishedPart, type HashedPart, readHashes } from './read-part-results';
import { type Duplicates, findDuplicates } from './rows/find-duplicates';
import type { RowPosition } from './rows/hash-positions';

const maxDuplicateExamples = 10;

/** What the manifest says of a split. */
export function addUpSplit(
  finished: readonly FinishedPart[],
  split: Split,
  classCount: number,
): DatasetManifest[Split] {
  const statistics = new PixelStatistics(classCount);
  for (const { result } of finished) statistics.addCounts(result[split]);
  const shards = finished.flatMap(({ result }) =>
    result.shards
      .filter((shard) => shard.split === split)
      .map(({ key, rowCount, sha256, bytes }) => ({ key, rowCount, sha256, bytes })),
  );
  return {
    rowCount: shards.reduce((sum, { rowCount }) => sum + rowCount, 0),
    labelCounts: statistics.labelCounts,
    pixelMean: statistics.pixelMean,
    pixelStandardDeviation: statistics.pixelStandardDeviation,
    shards,
  };
}

/** Everything that makes the dataset unusable, some of it perhaps only counted. */
export function collectProblems(
  { skipUnreadable, rowCounts }: DatasetPlan,
  finished: readonly FinishedPart[],
): { readonly problems: readonly string[]; readonly count: number } {
  const problems = finished.flatMap(({ result }) => result.problems.examples);
  let count = finished.reduce((sum, { result }) => sum + result.problems.count, 0);
  const unreadable = listUnreadable(finished);
  const unreadableCount = finished.reduce((sum, { result }) => sum + result.unreadable.count, 0);
  if (unreadableCount > skipUnreadable) {
    problems.push(
      ...unreadable.map(({ name, problem }) => `${name} cannot be read: ${problem}`),
      `To leave out unreadable images, give --skip-unreadable ${unreadableCount}.`,
    );
    count += unreadableCount + 1;
  }
  for (const split of ['train', 'test'] as const) {
    if (count > 0 || finished.some(({ result }) => result.shards.some((shard) => shard.split === split)))
      continue;
    problems.push(`None of the ${rowCounts[split]} ${split} images can be used.`);
    count += 1;
  }
  return { problems, count };
}

export function listUnreadable(finished: readonly FinishedPart[]): UnreadableImage[] {
  return finished.flatMap(({ result }) => result.unreadable.examples);
}

export interface Leakage {
  readonly duplicates: Duplicates;
  readonly hashed: readonly HashedPart[];
  readonly summary: DatasetManifest['duplicates'];
}

/** Images that are in both splits, by hash. */
export async function findLeakage(store: ObjectStore, finished: readonly FinishedPart[]): Promise<Leakage> {
  const hashed = await readHashes(store, finished);
  const duplicates = findDuplicates(hashed, maxDuplicateExamples);
  const examples: string[] = [];
  for (const { train, test } of duplicates.examples) {
    const [inTrain, inTest] = [await nameRow(store, finished, train), await nameRow(store, finished, test)];
    examples.push(`${inTrain} and ${inTest}`);
  }
  return { duplicates, hashed, summary: { count: duplicates.count, examples } };
}

async function nameRow(
  store: ObjectStore,
  finished: readonly FinishedPart[],
  { part, row }: RowPosition,
): Promise<string> {
  const planned = finished[part]!.part;
  return nameImage(planned, await readPartNames(store, planned), row);
}

/** The training images that are also test images no longer count; mean and deviation of the values still include them. */
export function dropDuplicates(
  train: DatasetManifest['train'],
  finished: readonly FinishedPart[],
  { duplicates, hashed }: Pick<Leakage, 'duplicates' | 'hashed'>,
): DatasetManifest['train'] {
  const labelCounts = [...train.labelCounts];
  const without = new Map<string, number[]>();
  for (const [part, { result }] of finished.entries()) {
    const dropped = new Set(duplicates.rowsOfParts[part]!);
    if (dropped.size === 0) continue;
    const { rowCount, hashOf, splitOf, classOf } = hashed[part]!;
    const shards = result.shards.filter(({ split }) => split === 'train');
    let [shard, rowOfShard] = [0, 0];
    for (let row = 0; row < rowCount; row += 1) {
      if (splitOf(row) !== 'train' || hashOf(row) === 0n) continue;
      if (rowOfShard === shards[shard]!.rowCount) [shard, rowOfShard] = [shard + 1, 0];
      if (dropped.has(row)) {
        const { key } = shards[shard]!;
        without.set(key, [...(without.get(key) ?? []), rowOfShard]);
        labelCounts[classOf(row)]! -= 1;
      }
      rowOfShard += 1;
    }
  }
  return {
    ...train,
    rowCount: train.rowCount - duplicates.count,
    labelCounts,
    shards: train.shards.map((shard) => {
      const rows = without.get(shard.key);
      return rows === undefined ? shard : { ...shard, without: rows };
    }),
  };
}

import type { DatasetPlan } from '../contracts/dataset';
import { sha256Hex } from '../store/sha256';

/** Increase it with every change that makes different shards from the same source. */
export const preprocessingVersion = 2;

/** SHA-256, hexadecimal, over texts in order. */
export function computeFingerprint(parts: readonly string[]): string {
  return sha256Hex(new TextEncoder().encode(parts.join('\n')));
}

/** All that decides what the shards and the manifest have. */
export interface PreparationFacts
  extends Pick<DatasetPlan, 'conversion' | 'classNames' | 'dropDuplicates' | 'skipUnreadable'> {
  /** Of the source: names, sizes and versions of its files. */
  readonly fingerprint: string;
  /** Of the rows table: class and split of every image. */
  readonly rowsSha256: string;
  /** Which arrays or columns were read. */
  readonly columns: readonly string[];
}

/** Equal for an equal source and equal decisions, independent of the name of the dataset and of the time. */
export function computeContentKey(facts: PreparationFacts): string {
  const { fingerprint, rowsSha256, conversion, classNames, columns, dropDuplicates, skipUnreadable } = facts;
  const { imageShape, white, black, invert, transpose, resize } = conversion;
  return computeFingerprint([
    fingerprint,
    rowsSha256,
    JSON.stringify([imageShape, white, black, invert, transpose, resize]),
    JSON.stringify([classNames, columns, dropDuplicates, skipUnreadable]),
    `preprocessing ${preprocessingVersion}`,
  ]).slice(0, 32);
}

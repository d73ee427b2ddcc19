import type { DatasetPlan } from '../contracts/dataset';
import { sha256Hex } from '../store/sha256';
import { rawFileRoles } from './raw-dataset';

/** Increase it with every change that makes different shards from the same files. */
export const preprocessingVersion = 1;

/** SHA-256, hexadecimal, over texts in order. */
export function computeFingerprint(parts: readonly string[]): string {
  return sha256Hex(new TextEncoder().encode(parts.join('\n')));
}

/** Equal for equal raw files and preprocessing, independent of the name of the dataset and of the time. */
export function computeContentKey(sourceFiles: DatasetPlan['sourceFiles']): string {
  const checksums = rawFileRoles.map((role) => sourceFiles[role].sha256);
  return computeFingerprint([...checksums, `preprocessing ${preprocessingVersion}`]).slice(0, 32);
}

import { PermanentError } from '../contracts/errors';
import { sha256Hex } from '../store/sha256';
import type { SourceFile } from './source-files';

/** A file that cannot be used: what is wrong, and what to do. */
export function unusableSource(fileName: string, problem: string, remedy: string, cause?: unknown) {
  return new PermanentError('InvalidDataset', `${fileName} ${problem}. ${remedy}`, {
    evidence: { fileName },
    cause,
  });
}

export const againRemedy = 'Download or export it again.';

/** SHA-256, hexadecimal, over the names, sizes and versions of files. */
export function fingerprintOf(files: readonly SourceFile[]): string {
  const lines = files.map(({ name, bytes, version }) => JSON.stringify([name, bytes, version]));
  return sha256Hex(new TextEncoder().encode(lines.join('\n')));
}

import type { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import type { sourceFileSchema } from '../contracts/slices';

export type SourceFile = Readonly<z.infer<typeof sourceFileSchema>>;

/**
 * The files of a source, which people made: names may have spaces and any Unicode, unlike the keys of an ObjectStore.
 * Nothing is ever written. Two adapters: a local folder or file, and a prefix or an object of S3.
 *
 * Files and folders whose name begins with "." are hidden: `list` leaves them out.
 */
export interface SourceFiles {
  /** For messages: the path or address as the user gave it. */
  readonly location: string;

  /** Every file below the location, with its relative name, in no particular order. */
  list(): AsyncIterable<SourceFile>;

  /** `undefined` for an absent file, and for a folder. */
  find(name: string): Promise<SourceFile | undefined>;

  /**
   * `length` bytes from `offset`.
   *
   * @throws PermanentError InvalidDataset for a file that changed since it was listed, or that ends earlier.
   */
  read(file: SourceFile, offset: number, length: number): Promise<Uint8Array>;

  /**
   * The rest of the file in chunks whose size the adapter chooses.
   *
   * @param offset - @default 0
   * @throws PermanentError InvalidDataset for a file that changed since it was listed.
   */
  stream(file: SourceFile, offset?: number): AsyncIterable<Uint8Array>;
}

/** The plan no longer describes this file: another run plans again. */
export function changedFile(name: string, location: string, what: string): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${name} in ${location} changed while it was read: ${what}. Run again when nothing writes there.`,
    { evidence: { fileName: name, location } },
  );
}

export function endsBefore({ name, bytes }: SourceFile, location: string, end: number): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${name} in ${location} has ${bytes} bytes, and its headers announce at least ${end}. It is truncated: download or export it again.`,
    { evidence: { fileName: name, bytes, end } },
  );
}

export const isHidden = (name: string): boolean => name.split('/').some((segment) => segment.startsWith('.'));

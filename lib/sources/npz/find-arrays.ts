import { constants, inflateRawSync } from 'node:zlib';
import type { StreamSlice, ValuesSlice } from '../../contracts/slices';
import { findByName } from '../find-by-name';
import type { SourceFile, SourceFiles } from '../source-files';
import { againRemedy, unusableSource } from '../unusable-source';
import { isNpy, maxNpyHeaderBytes, type NpyHeader, readNpyHeader } from './npy-header';
import { isZip, locateContent, readZipDirectory, type ZipEntry } from './zip-directory';

/** An array of a source, with where its values are. */
export interface FoundArray {
  /** The name in the .npz, or of the file: `x_train`. */
  readonly name: string;
  /** For messages: "x_train of mnist.npz". */
  readonly where: string;
  readonly file: SourceFile;
  readonly header: NpyHeader;
  readonly content:
    | Pick<ValuesSlice, 'kind' | 'offset'>
    | Pick<StreamSlice, 'kind' | 'offset' | 'compression' | 'compressed' | 'crc32'>;
}

/** Limits the search when the files are beside many others. */
const maxListed = 2_000;
/** Headers are read of no more arrays; a dataset has some. */
const maxArrays = 1_000;
/** NumPy's headers have 128 bytes before compression. */
const compressedBeginning = 16_384;

const extensionOf = (name: string) => /\.(npz|npy)$/i.exec(name)?.[1]?.toLowerCase();
const stemOf = (name: string) => name.replace(/^.*\//, '').replace(/\.np[yz]$/i, '');

/**
 * Every array in .npz and .npy files, of which only directories and headers are read. A single file may have any name.
 *
 * @returns `undefined` if there is no such file.
 * @throws PermanentError InvalidDataset for a damaged file.
 */
export async function findArrays(files: SourceFiles): Promise<FoundArray[] | undefined> {
  const isWanted = (name: string) => extensionOf(name) !== undefined;
  const { named, unnamed } = await findByName(files, isWanted, maxListed);
  if (unnamed !== undefined) return readUnnamed(unnamed, files);
  if (named.length === 0) return undefined;
  const found: FoundArray[] = [];
  for (const file of named) {
    if (found.length >= maxArrays) break;
    found.push(...(await readArrays(file, files)));
  }
  return found;
}

/** A file whose name does not tell what it is. */
async function readUnnamed(file: SourceFile, files: SourceFiles): Promise<FoundArray[] | undefined> {
  if (await isZip(file, files)) {
    const entries = await readZipDirectory(file, files);
    return entries.some(isArray) ? readMembers(entries, files) : undefined;
  }
  return isNpy(await readBeginning(file, files)) ? [await readNpyFile(file, files)] : undefined;
}

async function readArrays(file: SourceFile, files: SourceFiles): Promise<FoundArray[]> {
  if (await isZip(file, files)) return readMembers(await readZipDirectory(file, files), files);
  if (isNpy(await readBeginning(file, files))) return [await readNpyFile(file, files)];
  throw unusableSource(
    file.name,
    `is not a file of NumPy: it begins with neither PK, as .npz, nor NUMPY, as .npy`,
    againRemedy,
  );
}

const readBeginning = (file: SourceFile, files: SourceFiles) =>
  files.read(file, 0, Math.min(file.bytes, maxNpyHeaderBytes));

async function readNpyFile(file: SourceFile, files: SourceFiles): Promise<FoundArray> {
  const header = readNpyHeader(await readBeginning(file, files), file.name);
  assertSize(file.bytes, header, file.name);
  const content = { kind: 'values', offset: header.headerBytes } as const;
  return { name: stemOf(file.name), where: file.name, file, header, content };
}

const isArray = ({ name }: ZipEntry) => extensionOf(name) === 'npy';

async function readMembers(entries: readonly ZipEntry[], files: SourceFiles): Promise<FoundArray[]> {
  const members = entries.filter(isArray).slice(0, maxArrays);
  const arrays: FoundArray[] = [];
  for (const entry of members) {
    const { file } = entry;
    // np.savez(file, array) has no better name for its only array.
    const name = members.length === 1 && entry.name === 'arr_0.npy' ? stemOf(file.name) : stemOf(entry.name);
    const where = `${stemOf(entry.name)} of ${file.name}`;
    const start = await locateContent(entry, files);
    const bytes = Math.min(entry.compressedBytes, entry.isDeflated ? compressedBeginning : maxNpyHeaderBytes);
    const beginning = await files.read(file, start, bytes);
    const header = readNpyHeader(entry.isDeflated ? inflate(beginning, where) : beginning, where);
    assertSize(entry.bytes, header, where);
    arrays.push({ name, where, file, header, content: contentOf(entry, start, header) });
  }
  return arrays;
}

function contentOf(entry: ZipEntry, start: number, { headerBytes }: NpyHeader): FoundArray['content'] {
  if (!entry.isDeflated) return { kind: 'values', offset: start + headerBytes };
  const compressed = { offset: start, bytes: entry.compressedBytes };
  return {
    kind: 'stream',
    offset: headerBytes,
    compression: 'deflate',
    compressed,
    crc32: entry.crc32,
  };
}

function inflate(beginning: Uint8Array, where: string): Uint8Array {
  try {
    return inflateRawSync(beginning, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw unusableSource(where, `is damaged: it cannot be decompressed`, againRemedy, cause);
  }
}

/** The size of an array of objects is not known. */
function assertSize(bytes: number, { shape, itemBytes, headerBytes, type }: NpyHeader, where: string): void {
  if (type === undefined) return;
  const expected = shape.reduce((product, size) => product * size, itemBytes) + headerBytes;
  if (bytes === expected) return;
  throw unusableSource(
    where,
    `${bytes < expected ? 'is truncated' : 'has trailing bytes'}: its header announces ${shape.join('×')} values, ${expected} bytes in all, and ${bytes} are there`,
    againRemedy,
  );
}

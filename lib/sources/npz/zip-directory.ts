import type { SourceFile, SourceFiles } from '../source-files';
import { againRemedy, unusableSource } from '../unusable-source';

/** A member of a zip archive (APPNOTE 6.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
export interface ZipEntry {
  readonly file: SourceFile;
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc32: number;
  readonly compressedBytes: number;
  /** Uncompressed, as announced. */
  readonly bytes: number;
  /** Of the local header. */
  readonly headerOffset: number;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;
const headerBytes = { local: 30, central: 46, end: 22, locator64: 20, end64: 56 } as const;
const methods = { stored: 0, deflated: 8 } as const;
const maxCommentBytes = 0xffff;
/** About a hundred thousand members; an .npz has a few. */
const maxDirectoryBytes = 16 * 2 ** 20;
const encryptedFlag = 1;
/** In 32 bits: the value is in the ZIP64 field. */
const in64 = 0xffff_ffff;
const zip64Field = 1;
/** zlib's own limit is 1032; an archive that announces more is damaged, or made to exhaust its reader. */
const maxExpansion = 1032;

export async function isZip(file: SourceFile, files: SourceFiles): Promise<boolean> {
  if (file.bytes < headerBytes.end) return false;
  const signature = Buffer.from(await files.read(file, 0, 4)).readUInt32LE(0);
  return signature === signatures.local || signature === signatures.end;
}

/**
 * Reads the directory of an archive, which is at its end. ZIP64 is supported.
 *
 * @throws PermanentError InvalidDataset for a damaged archive.
 */
export async function readZipDirectory(file: SourceFile, files: SourceFiles): Promise<ZipEntry[]> {
  const { offset, bytes } = await locateDirectory(file, files);
  if (bytes > maxDirectoryBytes) {
    throw damaged(
      file,
      `its directory announces ${bytes} bytes, and at most ${maxDirectoryBytes} are expected`,
    );
  }
  if (offset + bytes > file.bytes) throw damaged(file, 'its directory lies outside of the file');
  const directory = Buffer.from(await files.read(file, offset, bytes));
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    const isEntry =
      at + headerBytes.central <= directory.length && directory.readUInt32LE(at) === signatures.central;
    if (!isEntry) throw damaged(file, `its directory has no entry ${entries.length + 1}`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      directory.readUInt16LE(at + field),
    ) as [number, number, number];
    entries.push(readEntry(directory.subarray(at), file, nameBytes, extraBytes));
    at += headerBytes.central + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

async function locateDirectory(file: SourceFile, files: SourceFiles) {
  const tailBytes = Math.min(file.bytes, headerBytes.end + maxCommentBytes + headerBytes.locator64);
  const tailOffset = file.bytes - tailBytes;
  const tail = Buffer.from(await files.read(file, tailOffset, tailBytes));
  const end = findEnd(tail);
  if (end === undefined) throw damaged(file, 'the directory at its end is missing, so it is truncated');
  const usual = { bytes: tail.readUInt32LE(end + 12), offset: tail.readUInt32LE(end + 16) };
  const locator = end - headerBytes.locator64;
  if (locator < 0 || tail.readUInt32LE(locator) !== signatures.locator64) return usual;
  const end64Offset = Number(tail.readBigUInt64LE(locator + 8));
  if (end64Offset + headerBytes.end64 > file.bytes) throw damaged(file, 'its ZIP64 record lies outside');
  const end64 = Buffer.from(await files.read(file, end64Offset, headerBytes.end64));
  if (end64.readUInt32LE(0) !== signatures.end64) throw damaged(file, 'its ZIP64 record is missing');
  return { bytes: Number(end64.readBigUInt64LE(40)), offset: Number(end64.readBigUInt64LE(48)) };
}

/** The record whose comment ends with the file. */
function findEnd(tail: Buffer): number | undefined {
  for (let at = tail.length - headerBytes.end; at >= 0; at -= 1) {
    if (
      tail.readUInt32LE(at) === signatures.end &&
      at + headerBytes.end + tail.readUInt16LE(at + 20) === tail.length
    )
      return at;
  }
  return undefined;
}

function readEntry(header: Buffer, file: SourceFile, nameBytes: number, extraBytes: number): ZipEntry {
  const name = header.toString('utf8', headerBytes.central, headerBytes.central + nameBytes);
  const extraStart = headerBytes.central + nameBytes;
  const wide = readZip64(header.subarray(extraStart, extraStart + extraBytes));
  // The ZIP64 field has only the values that do not fit 32 bits, in this order.
  const widen = (value: number) => (value === in64 ? Number(wide.shift() ?? in64) : value);
  const bytes = widen(header.readUInt32LE(24));
  const compressedBytes = widen(header.readUInt32LE(20));
  const headerOffset = widen(header.readUInt32LE(42));
  const method = header.readUInt16LE(10);
  if (header.readUInt16LE(8) & encryptedFlag)
    throw unusableSource(`${name} of ${file.name}`, 'is encrypted', 'Save the file without a password.');
  if (method !== methods.stored && method !== methods.deflated) {
    throw unusableSource(
      `${name} of ${file.name}`,
      `is compressed by method ${method} of the zip format, and only deflate is read`,
      'Save it with np.savez or np.savez_compressed.',
    );
  }
  const isPlausible =
    method === methods.stored ? bytes === compressedBytes : bytes <= maxExpansion * (compressedBytes + 64);
  if (!isPlausible) {
    throw damaged(
      file,
      `${name} has ${compressedBytes} bytes and announces ${bytes} uncompressed, which is impossible`,
    );
  }
  const isDeflated = method === methods.deflated;
  return { file, name, isDeflated, crc32: header.readUInt32LE(16), compressedBytes, bytes, headerOffset };
}

function readZip64(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== zip64Field) continue;
    const values = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(values.length / 8) }, (_, index) =>
      values.readBigUInt64LE(8 * index),
    );
  }
  return [];
}

/** Where the content of a member begins: its local header has a name and extra fields of its own lengths. */
export async function locateContent(entry: ZipEntry, files: SourceFiles): Promise<number> {
  const { file, headerOffset, compressedBytes, name } = entry;
  const isInside = headerOffset + headerBytes.local <= file.bytes;
  const header = isInside ? Buffer.from(await files.read(file, headerOffset, headerBytes.local)) : undefined;
  if (header?.readUInt32LE(0) !== signatures.local) throw damaged(file, `${name} is not where it should be`);
  const start = headerOffset + headerBytes.local + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + compressedBytes > file.bytes) throw damaged(file, `${name} ends after the end of the file`);
  return start;
}

function damaged(file: SourceFile, reason: string) {
  return unusableSource(file.name, `is a damaged zip archive: ${reason}`, againRemedy);
}

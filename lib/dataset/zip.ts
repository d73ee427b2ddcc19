import { promisify } from 'node:util';
import { crc32, deflateRaw, inflateRaw } from 'node:zlib';

/**
 * The part of the ZIP format (APPNOTE 6.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) that an .npz
 * needs: no encryption, no ZIP64, no data descriptors. Node's zlib compresses on a thread of its own, several files at a
 * time.
 */
export interface ZipMember {
  readonly name: string;
  readonly data: Uint8Array;
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Levels above 1 save 3 to 13 % of a shard of MNIST, and take up to five times as long. */
const compressionLevel = 1;

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const headerBytes = { local: 30, central: 46, end: 22 } as const;
const methods = { stored: 0, deflated: 8 } as const;
/** Version 2.0 of the format has deflate. */
const neededVersion = 20;
/** 1980-01-01 00:00, the lowest time of a ZIP, so that equal members give equal bytes. */
const fixedDate = (1 << 5) | 1;

/** The fields that local and central headers share. */
interface Entry {
  readonly name: Buffer;
  readonly checksum: number;
  readonly compressedBytes: number;
  readonly bytes: number;
}

/** Equal members give equal bytes for one version of zlib; another version may compress differently. */
export async function writeZip(members: readonly ZipMember[]): Promise<Uint8Array> {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of members) {
    const compressed = await deflate(data, { level: compressionLevel });
    const entry: Entry = {
      name: Buffer.from(name),
      checksum: crc32(data),
      compressedBytes: compressed.length,
      bytes: data.byteLength,
    };
    directory.push(encodeCentralHeader(entry, offset));
    files.push(encodeLocalHeader(entry), compressed);
    offset += headerBytes.local + entry.name.length + compressed.length;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(headerBytes.end);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

function encodeLocalHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(headerBytes.local);
  header.writeUInt32LE(signatures.local, 0);
  writeSharedFields(header, 4, entry);
  return Buffer.concat([header, entry.name]);
}

function encodeCentralHeader(entry: Entry, offset: number): Buffer {
  const header = Buffer.alloc(headerBytes.central);
  header.writeUInt32LE(signatures.central, 0);
  header.writeUInt16LE(neededVersion, 4);
  writeSharedFields(header, 6, entry);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, entry.name]);
}

function writeSharedFields(header: Buffer, at: number, entry: Entry): void {
  header.writeUInt16LE(neededVersion, at);
  header.writeUInt16LE(methods.deflated, at + 4);
  header.writeUInt16LE(fixedDate, at + 8);
  header.writeUInt32LE(entry.checksum, at + 10);
  header.writeUInt32LE(entry.compressedBytes, at + 14);
  header.writeUInt32LE(entry.bytes, at + 18);
  header.writeUInt16LE(entry.name.length, at + 22);
}

interface StoredMember extends Entry {
  readonly method: number;
  readonly offset: number;
}

/**
 * @param isWanted - other members are not unpacked. @default all are wanted
 * @param maxBytes - limit of the uncompressed size of all members; no more memory is allocated.
 * @throws Error that describes the problem with the bytes.
 */
export async function readZip(
  bytes: Uint8Array,
  maxBytes: number,
  isWanted: (name: string) => boolean = () => true,
): Promise<ZipMember[]> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = readDirectory(file).filter(({ name }) => isWanted(name.toString()));
  let total = 0;
  for (const member of members) {
    total += member.bytes;
    if (total <= maxBytes) continue;
    throw new Error(
      `up to "${member.name}" it claims to unpack to ${total} bytes, and ${maxBytes} at most are expected`,
    );
  }
  const read: ZipMember[] = [];
  for (const member of members) read.push(await readMember(file, member));
  return read;
}

function readDirectory(file: Buffer): StoredMember[] {
  // The end record has a comment of up to 65,535 bytes, which an .npz never has.
  const end = file.length - headerBytes.end;
  if (end < 0 || file.readUInt32LE(end) !== signatures.end) throw new Error('it has no end record of a ZIP');
  const count = file.readUInt16LE(end + 10);
  const members: StoredMember[] = [];
  let at = file.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + headerBytes.central > end || file.readUInt32LE(at) !== signatures.central)
      throw new Error(`it has no directory entry ${index + 1} of ${count}`);
    const nameBytes = file.readUInt16LE(at + 28);
    members.push({
      name: file.subarray(at + headerBytes.central, at + headerBytes.central + nameBytes),
      method: file.readUInt16LE(at + 10),
      checksum: file.readUInt32LE(at + 16),
      compressedBytes: file.readUInt32LE(at + 20),
      bytes: file.readUInt32LE(at + 24),
      offset: file.readUInt32LE(at + 42),
    });
    at += headerBytes.central + nameBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return members;
}

async function readMember(file: Buffer, member: StoredMember): Promise<ZipMember> {
  const { offset, compressedBytes, method, bytes, checksum } = member;
  const name = member.name.toString();
  if (offset + headerBytes.local > file.length || file.readUInt32LE(offset) !== signatures.local)
    throw new Error(`"${name}" has no local header`);
  const start = offset + headerBytes.local + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
  const compressed = file.subarray(start, start + compressedBytes);
  if (compressed.length !== compressedBytes) throw new Error(`"${name}" is truncated`);
  const data = await decompress(compressed, method, bytes, name);
  if (data.length !== bytes) throw new Error(`"${name}" has ${data.length} bytes instead of ${bytes}`);
  if (crc32(data) !== checksum) throw new Error(`"${name}" has another CRC-32 than its header`);
  return { name, data };
}

async function decompress(compressed: Buffer, method: number, bytes: number, name: string): Promise<Buffer> {
  if (method === methods.stored) return compressed;
  if (method !== methods.deflated) throw new Error(`"${name}" has the unknown compression method ${method}`);
  // One chunk of the full size, so that zlib does not have to join many small ones.
  const chunkSize = Math.max(bytes, 64);
  return inflate(compressed, { chunkSize, maxOutputLength: chunkSize });
}

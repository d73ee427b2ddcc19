import { createHash, hash } from 'node:crypto';
import type { SourceFile } from '../source-files';

const chunkBytes = 1_048_576;
const firstCapacity = 1024;
/** More different endings of names than people make; further ones count as none. */
const maxExtensions = 1000;
const hashedBytes = 6;

/**
 * A listing that a million files fit into: about 100 bytes each. Names are kept as UTF-8 without their folder.
 */
export class FileTable {
  /** Paths, without a final "/"; the top folder is "". */
  readonly folders: string[] = [];
  /** Endings of names in lower case, without a dot; "" for none. */
  readonly extensions: string[] = [];
  private readonly folderNumbers = new Map<string, number>();
  private readonly extensionNumbers = new Map<string, number>();
  private readonly chunks: Buffer[] = [];
  private chunkEnd = chunkBytes;
  private folderOfFile = new Uint32Array(firstCapacity);
  private extensionOfFile = new Uint16Array(firstCapacity);
  private sizes = new Float64Array(firstCapacity);
  /** Where the name of a file begins, over all chunks. */
  private positions = new Float64Array(firstCapacity);
  private count = 0;

  get fileCount(): number {
    return this.count;
  }

  add({ name, bytes, version }: SourceFile): void {
    const slash = name.lastIndexOf('/');
    const folder = slash < 0 ? '' : name.slice(0, slash);
    const text = Buffer.from(`${name.slice(slash + 1)}\0${version}\0`);
    if (this.chunkEnd + text.length > chunkBytes) {
      this.chunks.push(Buffer.alloc(chunkBytes));
      this.chunkEnd = 0;
    }
    this.growIfFull();
    this.folderOfFile[this.count] = numberOf(folder, this.folders, this.folderNumbers);
    this.extensionOfFile[this.count] = this.numberOfExtension(extensionOf(name));
    this.sizes[this.count] = bytes;
    this.positions[this.count] = (this.chunks.length - 1) * chunkBytes + this.chunkEnd;
    text.copy(this.chunks.at(-1)!, this.chunkEnd);
    this.chunkEnd += text.length;
    this.count += 1;
  }

  /** The position in `folders`. */
  folderOf(file: number): number {
    return this.folderOfFile[file]!;
  }

  /** The position in `extensions`. */
  extensionOf(file: number): number {
    return this.extensionOfFile[file]!;
  }

  bytesOf(file: number): number {
    return this.sizes[file]!;
  }

  nameOf(file: number): string {
    return this.fileAt(file).name;
  }

  fileAt(file: number): SourceFile {
    const position = this.positions[file]!;
    const chunk = this.chunks[Math.floor(position / chunkBytes)]!;
    const start = position % chunkBytes;
    const nameEnd = chunk.indexOf(0, start);
    const base = chunk.toString('utf8', start, nameEnd);
    const version = chunk.toString('utf8', nameEnd + 1, chunk.indexOf(0, nameEnd + 1));
    const folder = this.folders[this.folderOf(file)]!;
    return { name: folder === '' ? base : `${folder}/${base}`, bytes: this.bytesOf(file), version };
  }

  /**
   * Sorts files by a hash of their names, which mixes the folders. The order is the same on every machine, whatever the
   * order of a listing and the Unicode form of the names.
   */
  mix(files: Uint32Array): Uint32Array {
    const keys = new Float64Array(this.count);
    for (const file of files) {
      const name = this.nameOf(file).normalize('NFC');
      keys[file] = hash('sha256', name, 'buffer').readUIntBE(0, hashedBytes);
    }
    return files.sort((a, b) => keys[a]! - keys[b]! || (this.nameOf(a) < this.nameOf(b) ? -1 : 1));
  }

  /** SHA-256, hexadecimal, over names, sizes and versions of files in this order. */
  fingerprint(files: Uint32Array): string {
    const digest = createHash('sha256');
    for (const file of files) {
      const { name, bytes, version } = this.fileAt(file);
      digest.update(JSON.stringify([name, bytes, version]));
    }
    return digest.digest('hex');
  }

  private numberOfExtension(extension: string): number {
    const isFull = this.extensions.length === maxExtensions && !this.extensionNumbers.has(extension);
    return numberOf(isFull ? '' : extension, this.extensions, this.extensionNumbers);
  }

  private growIfFull(): void {
    if (this.count < this.sizes.length) return;
    const capacity = 2 * this.count;
    this.folderOfFile = grow(this.folderOfFile, new Uint32Array(capacity));
    this.extensionOfFile = grow(this.extensionOfFile, new Uint16Array(capacity));
    this.sizes = grow(this.sizes, new Float64Array(capacity));
    this.positions = grow(this.positions, new Float64Array(capacity));
  }
}

/** A letter and at most seven more letters or digits after the last dot: "image.0001" has no extension. */
const extension = /[^/]\.([a-z][a-z0-9]{0,7})$/i;

function extensionOf(name: string): string {
  return extension.exec(name)?.[1]?.toLowerCase() ?? '';
}

function numberOf(text: string, texts: string[], numbers: Map<string, number>): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, texts.length);
  texts.push(text);
  return texts.length - 1;
}

function grow<Values extends { set(values: Values): void }>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}

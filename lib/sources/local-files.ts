import type { BigIntStats, Dirent } from 'node:fs';
import { type FileHandle, open, opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PermanentError } from '../contracts/errors';
import { isAbsence, toReadError } from '../store/directory-failures';
import { readFully } from '../store/directory-files';
import { changedFile, endsBefore, isHidden, type SourceFile, type SourceFiles } from './source-files';

const chunkBytes = 1_048_576;

/** Identifies a folder, whatever path leads to it. */
const identityOf = ({ dev, ino }: BigIntStats) => `${dev}:${ino}`;

const versionOf = ({ size, mtimeNs }: BigIntStats) => `${size}-${mtimeNs}`;

/** The files below a folder, or one file. Symbolic links are followed. */
export class LocalFiles implements SourceFiles {
  private constructor(
    readonly location: string,
    private readonly folder: string,
    /** The only file, if the location is a file. */
    private readonly only: string | undefined,
  ) {}

  /** @throws PermanentError InvalidDataset for a path where nothing is. */
  static async open(location: string): Promise<LocalFiles> {
    const facts = await factsOf(location, location);
    if (facts?.isDirectory()) return new LocalFiles(location, location, undefined);
    if (facts?.isFile()) return new LocalFiles(location, dirname(location), basename(location));
    throw new PermanentError(
      'InvalidDataset',
      facts === undefined
        ? `There is no file or folder ${JSON.stringify(location)}. Check the path; a dataset is "mnist", a file, a folder, or s3://bucket/prefix.`
        : `${location} is neither a file nor a folder. Pass one of these.`,
      { evidence: { location } },
    );
  }

  async *list(): AsyncGenerator<SourceFile> {
    if (this.only === undefined) {
      yield* this.walk('', []);
      return;
    }
    const file = await this.find(this.only);
    if (file !== undefined) yield file;
  }

  async find(name: string): Promise<SourceFile | undefined> {
    if (this.only !== undefined && name !== this.only) return undefined;
    const facts = await factsOf(this.pathOf(name), name);
    return facts?.isFile() ? describe(name, facts) : undefined;
  }

  async read(file: SourceFile, offset: number, length: number): Promise<Uint8Array> {
    return this.withFile(file, async (handle) => {
      const bytes = await readFully(handle, offset, length);
      await this.assertUnchanged(file, handle);
      if (bytes.length < length) throw endsBefore(file, this.location, offset + length);
      return bytes;
    });
  }

  async *stream(file: SourceFile, offset = 0): AsyncGenerator<Uint8Array> {
    const handle = await this.openFile(file);
    try {
      await this.assertUnchanged(file, handle);
      for (let at = offset; at < file.bytes; at += chunkBytes) {
        const wanted = Math.min(chunkBytes, file.bytes - at);
        const bytes = await readFully(handle, at, wanted);
        if (bytes.length < wanted) throw changedFile(file.name, this.location, 'it became shorter');
        yield bytes;
      }
      await this.assertUnchanged(file, handle);
    } finally {
      await handle.close();
    }
  }

  /** @param ancestors - the identities of the folders above, by which a loop of links is found. */
  private async *walk(folder: string, ancestors: readonly string[]): AsyncGenerator<SourceFile> {
    const path = join(this.folder, folder);
    const facts = await factsOf(path, folder);
    if (facts === undefined) return;
    const identity = identityOf(facts);
    if (ancestors.includes(identity)) {
      throw new PermanentError(
        'InvalidDataset',
        `${path} is a symbolic link to a folder above itself, so the files below it have no end. Remove the link.`,
        { evidence: { path } },
      );
    }
    for await (const entry of this.entriesOf(path)) {
      if (isHidden(entry.name)) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const found = await this.factsOfEntry(entry, name);
      if (found?.isDirectory()) yield* this.walk(name, [...ancestors, identity]);
      else if (found?.isFile()) yield describe(name, found);
    }
  }

  private async *entriesOf(path: string): AsyncGenerator<Dirent> {
    try {
      yield* await opendir(path, { bufferSize: 256 });
    } catch (error) {
      throw toReadError(error, '', path);
    }
  }

  private async factsOfEntry(entry: Dirent, name: string): Promise<BigIntStats | undefined> {
    const facts = await factsOf(this.pathOf(name), name);
    if (facts !== undefined || !(entry.isSymbolicLink() || name.includes('\ufffd'))) return facts;
    throw new PermanentError(
      'InvalidDataset',
      entry.isSymbolicLink()
        ? `${name} in ${this.location} is a symbolic link to a file that does not exist. Remove the link, or create the file.`
        : `A file name in ${this.location} is not UTF-8: ${JSON.stringify(name)}. Rename the file.`,
      { evidence: { fileName: name } },
    );
  }

  private pathOf(name: string): string {
    return join(this.folder, name);
  }

  private async withFile<Result>(
    file: SourceFile,
    use: (handle: FileHandle) => Promise<Result>,
  ): Promise<Result> {
    const handle = await this.openFile(file);
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  }

  private async openFile({ name }: SourceFile): Promise<FileHandle> {
    try {
      return await open(this.pathOf(name), 'r');
    } catch (error) {
      if (isAbsence(error)) throw changedFile(name, this.location, 'it is no longer there');
      throw toReadError(error, name, this.location);
    }
  }

  private async assertUnchanged({ name, version }: SourceFile, handle: FileHandle): Promise<void> {
    const actual = versionOf(await handle.stat({ bigint: true }));
    if (actual !== version) throw changedFile(name, this.location, 'its size or time of change differs');
  }
}

const describe = (name: string, facts: BigIntStats): SourceFile => ({
  name,
  bytes: Number(facts.size),
  version: versionOf(facts),
});

async function factsOf(path: string, name: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw toReadError(error, name, path);
  }
}

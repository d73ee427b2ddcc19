import { createHash } from 'node:crypto';
import { PermanentError } from '../contracts/errors';
import type { ObjectStore } from '../store/object-store';
import type { SourceFile, SourceFiles } from './source-files';

/** The objects below a folder of a store. The version of a file is its SHA-256. */
export class StoreFiles implements SourceFiles {
  readonly location: string;
  private readonly trusted = new Set<string>();

  /** @param folder - with a final "/". */
  constructor(
    private readonly store: ObjectStore,
    private readonly folder: string,
  ) {
    this.location = `${store.location}/${folder}`.replace(/\/$/, '');
  }

  async *list(): AsyncGenerator<SourceFile> {
    for await (const { key } of this.store.list(this.folder)) {
      const file = await this.find(key.slice(this.folder.length));
      if (file !== undefined) yield file;
    }
  }

  async find(name: string): Promise<SourceFile | undefined> {
    const info = await this.store.head(`${this.folder}${name}`);
    return info && { name, bytes: info.bytes, version: info.sha256 ?? (await this.hash(name)) };
  }

  async read(file: SourceFile, offset: number, length: number): Promise<Uint8Array> {
    await this.assertUnchanged(file);
    return this.store.getRange(`${this.folder}${file.name}`, offset, length);
  }

  async *stream(file: SourceFile, offset = 0): AsyncGenerator<Uint8Array> {
    await this.assertUnchanged(file);
    let skip = offset;
    for await (const chunk of this.store.stream(`${this.folder}${file.name}`)) {
      if (skip < chunk.length) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }

  /** Of a file that was not written through a store. */
  private async hash(name: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of this.store.stream(`${this.folder}${name}`)) hash.update(chunk);
    return hash.digest('hex');
  }

  /** Once for each file. */
  private async assertUnchanged({ name, version }: SourceFile): Promise<void> {
    if (this.trusted.has(name)) return;
    const key = `${this.folder}${name}`;
    const found = await this.find(name);
    if (found === undefined) await this.store.get(key);
    if (found?.version !== version) {
      throw new PermanentError(
        'CorruptArtifact',
        `${key} in ${this.store.location} cannot be trusted: its SHA-256 is ${found?.version}, and its plan was made for ${version}. Delete it and run again; it is then imported again.`,
        { evidence: { key } },
      );
    }
    this.trusted.add(name);
  }
}

import { sha256Hex } from '../store/sha256';
import { endsBefore, type SourceFile, type SourceFiles } from './source-files';

/** Files in memory. The version of a file is its SHA-256. */
export class MemoryFiles implements SourceFiles {
  private readonly versions: ReadonlyMap<string, SourceFile>;

  constructor(
    readonly location: string,
    private readonly bodies: ReadonlyMap<string, Uint8Array>,
  ) {
    this.versions = new Map(
      [...bodies].map(([name, body]) => [name, { name, bytes: body.length, version: sha256Hex(body) }]),
    );
  }

  async *list(): AsyncGenerator<SourceFile> {
    yield* this.versions.values();
  }

  async find(name: string): Promise<SourceFile | undefined> {
    return this.versions.get(name);
  }

  async read(file: SourceFile, offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > file.bytes) throw endsBefore(file, this.location, offset + length);
    return this.bodies.get(file.name)!.slice(offset, offset + length);
  }

  async *stream({ name }: SourceFile, offset = 0): AsyncGenerator<Uint8Array> {
    yield this.bodies.get(name)!.subarray(offset);
  }
}

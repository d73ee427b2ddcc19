import { createHash } from 'node:crypto';
import type { DatasetPlan } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import type { ObjectStore } from '../store/object-store';

type SourceFile = DatasetPlan['sourceFiles']['trainImages'];

/**
 * Reads a raw file range by range, in ascending order. Stores do not verify the bytes of a range, so this class compares
 * the checksum of all ranges with that of the plan.
 */
export class RawFileReader {
  private readonly hash = createHash('sha256');
  private position = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly file: SourceFile,
  ) {}

  /**
   * Also reads the bytes between the previous range and this one, such as the header.
   *
   * @throws PermanentError CorruptArtifact for a range before the previous one, or after the end.
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const { key } = this.file;
    if (offset < this.position) {
      throw this.corrupt(`byte ${offset} is asked for after byte ${this.position}, so its plan was altered`);
    }
    if (offset > this.position) {
      this.hash.update(await this.store.getRange(key, this.position, offset - this.position));
    }
    const bytes = await this.store.getRange(key, offset, length);
    this.hash.update(bytes);
    this.position = offset + length;
    return bytes;
  }

  /** @throws PermanentError CorruptArtifact unless the whole file was read and has the checksum of the plan. */
  finish(): void {
    const { bytes, sha256 } = this.file;
    if (this.position !== bytes) {
      throw this.corrupt(`its shards use ${this.position} of its ${bytes} bytes, so its plan was altered`);
    }
    const actual = this.hash.digest('hex');
    if (actual !== sha256) {
      throw this.corrupt(
        `what was read of it has the SHA-256 ${actual}, and its plan was made for ${sha256}`,
      );
    }
  }

  private corrupt(problem: string): PermanentError {
    const { key } = this.file;
    return new PermanentError(
      'CorruptArtifact',
      `${key} in ${this.store.location} cannot be trusted: ${problem}. Run again; if it fails again, delete that file, which is then imported again.`,
      { evidence: { key } },
    );
  }
}

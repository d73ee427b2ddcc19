import { PermanentError } from '../contracts/errors';

/** Reads numbers from an image file, and throws an error with its name beyond its end. */
export class FileBytes {
  readonly #view: DataView;

  /** @param name - for messages, e.g. the path. */
  constructor(
    readonly bytes: Uint8Array,
    readonly name: string,
    readonly format: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  uint8(at: number): number {
    return this.#at(at, 1).getUint8(at);
  }

  uint16(at: number, order: 'big' | 'little'): number {
    return this.#at(at, 2).getUint16(at, order === 'little');
  }

  uint24(at: number): number {
    return this.uint16(at, 'little') + 0x1_0000 * this.uint8(at + 2);
  }

  uint32(at: number, order: 'big' | 'little'): number {
    return this.#at(at, 4).getUint32(at, order === 'little');
  }

  int32(at: number, order: 'big' | 'little'): number {
    return this.uint32(at, order) | 0;
  }

  ascii(at: number, length: number): string {
    this.assertWhole(at + length);
    return Buffer.from(this.bytes.subarray(at, at + length)).toString('latin1');
  }

  /** @throws PermanentError InvalidInput when the file has fewer than `end` bytes. */
  assertWhole(end: number): void {
    if (end > this.length) throw this.damaged(`it has ${this.length} bytes, and at least ${end} are needed`);
  }

  damaged(why: string, cause?: unknown): PermanentError {
    return new PermanentError(
      'InvalidInput',
      `${this.name} is a damaged ${this.format}: ${why}. Save the image again and try that file.`,
      { evidence: { fileName: this.name, format: this.format }, cause },
    );
  }

  #at(at: number, length: number): DataView {
    this.assertWhole(at + length);
    return this.#view;
  }
}

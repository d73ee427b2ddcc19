/** This machine or its connection lacks a requirement of native TensorFlow. The caller falls back to WASM. */
export class NativeUnavailable extends Error {
  constructor(
    /** A part of a sentence, without a full stop. */
    readonly reason: string,
    /** One or more sentences. */
    readonly remedy: string,
    /** Found after the download; the same build on the same machine will fail again. */
    readonly isLasting = false,
  ) {
    super(`${reason}. ${remedy}`);
  }
}

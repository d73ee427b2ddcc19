/** This machine or its connection lacks something: no fault of the program, and WASM is there to fall back on. */
export class NativeUnavailable extends Error {
  constructor(
    /** Part of a sentence, without a full stop. */
    readonly reason: string,
    /** Whole sentences. */
    readonly remedy: string,
    /** Found after the download, and the same build on the same machine fails again. */
    readonly isLasting = false,
  ) {
    super(`${reason}. ${remedy}`);
  }
}

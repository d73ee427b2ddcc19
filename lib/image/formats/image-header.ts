/** The header of an image file, read before anything is decompressed. */
export interface ImageHeader {
  /** [height, width] in pixels, before any rotation. */
  readonly shape: readonly [number, number];
  /** Whether the encoder changes values, mainly near edges. */
  readonly isLossy: boolean;
  /** EXIF's orientation, 1 to 8, where the decoder does not apply it; 1 elsewhere. */
  readonly orientation: number;
  /** Input of the decoder: the file, or the part with the pixels. */
  readonly pixelBytes: Uint8Array;
}

/** What a file says of its image before anything is unpacked. */
export interface ImageHeader {
  /** [height, width] in pixels, before any rotation. */
  readonly shape: readonly [number, number];
  /** Whether the encoder changes values, most of all beside edges. */
  readonly isLossy: boolean;
  /** EXIF's orientation, 1 to 8, where the decoder leaves it to us; 1 elsewhere. */
  readonly orientation: number;
  /** What the decoder is given: the file, or the part of it that holds the pixels. */
  readonly pixelBytes: Uint8Array;
}

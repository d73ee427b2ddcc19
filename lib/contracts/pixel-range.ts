/** The values that bytes of 0 … 255 become before a model gets them. */
export const pixelRanges = ['0..1', '0..255', '-1..1'] as const;
export type PixelRange = (typeof pixelRanges)[number];

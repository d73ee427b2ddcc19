/** The range that pixel bytes (0 … 255) are scaled to before they enter a model. */
export const pixelRanges = ['0..1', '0..255', '-1..1'] as const;
export type PixelRange = (typeof pixelRanges)[number];

import { z } from 'zod';
import { imageShapeSchema } from './image-shape';

/** How the values of a source become the bytes of the prepared images; the plan decides it for all images. */
export const conversionSchema = z.strictObject({
  /** Of the prepared images. */
  imageShape: imageShapeSchema,
  /** The value that becomes 255: 255 for bytes, 1 for fractions, 16 for scikit-learn's digits. */
  white: z.number(),
  /** The value that becomes 0: 0, or -1 for values from -1 to 1. */
  black: z.number(),
  /** Dark ink on a light ground becomes light ink on a dark one. */
  invert: z.boolean(),
  /** Swaps rows and columns, as EMNIST needs. */
  transpose: z.boolean(),
  /** Scales images of any size to `imageShape`. Without it, every image must have this size. */
  resize: z.boolean(),
});
export type Conversion = z.infer<typeof conversionSchema>;

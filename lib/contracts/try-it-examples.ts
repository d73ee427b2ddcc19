import { z } from 'zod';
import { imageShapeSchema, valuesPerImage } from './image-shape';
import { runIdSchema } from './run-config';

const exampleImageSchema = z.strictObject({
  /** Row in the test set, from 0. */
  index: z.int().min(0),
  label: z.int().min(0),
  /** Bytes of this shape, 0 for black to 255 for white, in base64. */
  pixels: z.base64(),
});

/** Computes the size without decoding, because zod also calls it for text that is not base64. */
const countBytes = (base64: string) =>
  (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

/** `try-it/examples.json`: the test images that the try-it page offers. */
export const tryItExamplesSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    runId: runIdSchema,
    imageShape: imageShapeSchema,
    /** One for each key from 0 to 9. */
    images: z.array(exampleImageSchema).max(10),
  })
  .refine(
    ({ imageShape, images }) =>
      images.every(({ pixels }) => countBytes(pixels) === valuesPerImage(imageShape)),
    { path: ['images'], message: 'the number of bytes of an image differs from imageShape' },
  );
export type TryItExamples = z.infer<typeof tryItExamplesSchema>;

import { z } from 'zod';

const side = z.int().min(1);

/** [height, width] of gray images, [height, width, 3] of color images (red, green, blue). */
export const imageShapeSchema = z
  .union([z.tuple([side, side]), z.tuple([side, side, z.literal(3)])])
  .readonly();
export type ImageShape =
  | readonly [height: number, width: number]
  | readonly [height: number, width: number, channels: 3];

export const channelsOf = (shape: ImageShape): 1 | 3 => shape[2] ?? 1;

/** The shape of an image of other sides with the same channels. */
export const withSides = (shape: ImageShape, height: number, width: number): ImageShape =>
  shape.length === 3 ? [height, width, 3] : [height, width];

/** The values of all channels of all pixels. */
export const valuesPerImage = (shape: ImageShape): number => shape[0] * shape[1] * channelsOf(shape);

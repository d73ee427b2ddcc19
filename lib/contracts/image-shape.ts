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

/** `28×28 pixels`, `32×32 pixels in color`. */
export function describeSize(shape: ImageShape): string {
  return `${shape[0]}×${shape[1]} pixels${channelsOf(shape) === 3 ? ' in color' : ''}`;
}

/** The shape of the images that a network takes. @param inputShape - [height, width], [height, width, 1] or [height, width, 3]. */
export function imageShapeOf(inputShape: readonly number[]): ImageShape {
  const [height, width, channels] = inputShape as [number, number, number?];
  return channels === 3 ? [height, width, 3] : [height, width];
}

/** The shape of an image of other sides with the same channels. */
export const withSides = (shape: ImageShape, height: number, width: number): ImageShape =>
  shape.length === 3 ? [height, width, 3] : [height, width];

/** The values of all channels of all pixels. */
export const valuesPerImage = (shape: ImageShape): number => shape[0] * shape[1] * channelsOf(shape);

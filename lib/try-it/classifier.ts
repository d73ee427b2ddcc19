import type { ImageShape } from '../contracts/image-shape';

/** The input of a model. */
export interface ModelImage {
  /** [...shape] in [0, 1]. */
  readonly pixels: Float32Array;
  readonly shape: ImageShape;
}

export interface Classifier {
  /** Of the images that it takes. */
  readonly shape: ImageShape;
  readonly classes: number;
  /** @param pixels - [count, ...shape] in [0, 1]. @returns [count, classes], a softmax for each image. */
  readonly classify: (pixels: Float32Array, count?: number) => Promise<Float32Array>;
}

export interface Classifier {
  /** [height, width] in pixels. */
  readonly shape: readonly [number, number];
  readonly classes: number;
  /** @param pixels - [count, height, width] in [0, 1]. @returns [count, classes], a softmax for each image. */
  readonly classify: (pixels: Float32Array, count?: number) => Promise<Float32Array>;
}

/** How training images are varied; 0 switches a deformation off. */
export interface AugmentationSettings {
  /** Largest shift, in each direction of both axes. */
  readonly shiftPixels: number;
  /** Largest rotation about the center of the image, in both directions. */
  readonly rotationDegrees: number;
  /** Each axis is scaled by 1 ± up to this. */
  readonly zoomFraction: number;
  /** Largest horizontal shear: columns that a row moves for each row of distance from the center. */
  readonly shearFraction: number;
  /** Largest random displacement of a pixel before the displacements are smoothed. */
  readonly elasticPixels: number;
  /** Standard deviation of the Gaussian that smooths the displacements, in pixels. */
  readonly elasticSigma: number;
}

export function isAugmented({
  shiftPixels,
  rotationDegrees,
  zoomFraction,
  shearFraction,
  elasticPixels,
}: AugmentationSettings): boolean {
  return [shiftPixels, rotationDegrees, zoomFraction, shearFraction, elasticPixels].some((size) => size > 0);
}

import { PermanentError } from '../contracts/errors';
import type { ImageShape } from '../contracts/image-shape';
import type { RunConfig } from '../contracts/run-config';
import { elasticDeviation } from './elastic-field';

/** How training images are varied; 0 switches a deformation off. */
export type AugmentationSettings = Pick<
  RunConfig,
  'shiftPixels' | 'rotationDegrees' | 'zoomFraction' | 'shearFraction' | 'elasticPixels' | 'elasticSigma'
>;

export function isAugmented(settings: AugmentationSettings): boolean {
  const { shiftPixels, rotationDegrees, zoomFraction, shearFraction, elasticPixels } = settings;
  return [shiftPixels, rotationDegrees, zoomFraction, shearFraction, elasticPixels].some((size) => size > 0);
}

/**
 * Rotation, zoom and shear leave the center of an image where it is; shift and elastic deformation must not move it out.
 *
 * @throws PermanentError InvalidInput if they could.
 */
export function assertAugmentationFits(settings: AugmentationSettings, [height, width]: ImageShape): void {
  const { shiftPixels, elasticPixels, elasticSigma } = settings;
  const room = Math.min(height, width) / 2;
  const elastic = maxDeviations * elasticDeviation({ elasticPixels, elasticSigma });
  if (!isAugmented(settings) || shiftPixels + elastic < room) return;
  const causes = [
    ...(shiftPixels > 0 ? [`shiftPixels ${shiftPixels}`] : []),
    ...(elasticPixels > 0
      ? [`elasticPixels ${elasticPixels} with elasticSigma ${elasticSigma} (up to ${format(elastic)} pixels)`]
      : []),
  ];
  throw new PermanentError(
    'InvalidInput',
    `The augmentation would move the ink of some images out of them: the images are ${height}×${width} pixels, and ${causes.join(' and ')} ${causes.length > 1 ? 'move' : 'moves'} them by up to ${format(shiftPixels + elastic)} pixels. It must be less than ${room}, half of the shorter side: use smaller values.`,
    { evidence: { shiftPixels, elasticPixels, elasticSigma, height, width } },
  );
}

/** One displacement in 400 is larger. */
const maxDeviations = 3;

const format = (pixels: number) => String(Number(pixels.toPrecision(3)));

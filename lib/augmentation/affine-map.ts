import type { AugmentationSettings } from './augmentation-settings';
import { type RandomUint32, uniform } from './uniform';

/**
 * Where a pixel of the augmented image comes from, both relative to the center of the image:
 * sourceX = xx·x + xy·y + x0, sourceY = yx·x + yy·y + y0.
 */
export interface AffineMap {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/**
 * The inverse of: zoom, then shear, then rotate, then shift. It always draws six numbers, so a setting does not change
 * what is drawn for the others.
 */
export function drawAffineMap(settings: AugmentationSettings, random: RandomUint32): AffineMap {
  const shiftX = settings.shiftPixels * uniform(random);
  const shiftY = settings.shiftPixels * uniform(random);
  const angle = ((settings.rotationDegrees * Math.PI) / 180) * uniform(random);
  const zoomX = 1 + settings.zoomFraction * uniform(random);
  const zoomY = 1 + settings.zoomFraction * uniform(random);
  const shear = settings.shearFraction * uniform(random);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const xx = (cos + shear * sin) / zoomX;
  const xy = (sin - shear * cos) / zoomX;
  const yx = -sin / zoomY;
  const yy = cos / zoomY;
  return { xx, xy, x0: -xx * shiftX - xy * shiftY, yx, yy, y0: -yx * shiftX - yy * shiftY };
}

import { channelsOf, type ImageShape } from '../contracts/image-shape';
import { type AffineMap, drawAffineMap } from './affine-map';
import type { AugmentationSettings } from './augmentation-settings';
import { ElasticField } from './elastic-field';
import type { RandomUint32 } from './uniform';

/**
 * Deforms images: one affine map, plus an elastic field where there is one, in a single bilinear resampling. Outside of
 * an image is 0. Its memory is allocated once.
 */
export class ImageAugmenter {
  readonly #field: ElasticField | undefined;
  /** The image with a border of zeros, so that no pixel has to be tested: one on the left and top, two on the others. */
  readonly #padded: Uint8Array;

  constructor(
    private readonly settings: AugmentationSettings,
    private readonly shape: ImageShape,
  ) {
    const [height, width] = shape;
    if (settings.elasticPixels > 0) this.#field = new ElasticField(settings, [height, width]);
    this.#padded = new Uint8Array((height + 3) * (width + 3) * channelsOf(shape));
  }

  /**
   * Draws a deformation, and writes the deformed image.
   *
   * @param source - [images, ...shape], as `target` is.
   * @param image - its position in both.
   */
  augment(source: Uint8Array, target: Uint8Array, image: number, random: RandomUint32): void {
    const map = drawAffineMap(this.settings, random);
    this.#field?.draw(random);
    this.copyPadded(source, image);
    this.resample(map, target, image);
  }

  private copyPadded(source: Uint8Array, image: number): void {
    const [height, width] = this.shape;
    const channels = channelsOf(this.shape);
    const padded = this.#padded;
    const rowBytes = width * channels;
    let from = image * height * rowBytes;
    for (let row = 0; row < height; row += 1) {
      let to = ((row + 1) * (width + 3) + 1) * channels;
      for (const end = to + rowBytes; to < end; to += 1, from += 1) padded[to] = source[from]!;
    }
  }

  private resample({ xx, xy, x0, yx, yy, y0 }: AffineMap, target: Uint8Array, image: number): void {
    const [height, width] = this.shape;
    const channels = channelsOf(this.shape);
    const padded = this.#padded;
    const displacements = this.#field?.displacements;
    const stride = (width + 3) * channels;
    const centerX = (width - 1) / 2;
    const centerY = (height - 1) / 2;
    let to = image * height * width * channels;
    for (let row = 0; row < height; row += 1) {
      // In the padded image, whose position 1 is the first pixel.
      const rowX = xy * (row - centerY) - xx * centerX + x0 + centerX + 1;
      const rowY = yy * (row - centerY) - yx * centerX + y0 + centerY + 1;
      for (let column = 0; column < width; column += 1) {
        let x = rowX + xx * column;
        let y = rowY + yx * column;
        if (displacements !== undefined) {
          x += displacements[2 * row * width + column]!;
          y += displacements[(2 * row + 1) * width + column]!;
        }
        // Beyond the border all is 0, as on it.
        x = Math.min(Math.max(x, 0), width + 1);
        y = Math.min(Math.max(y, 0), height + 1);
        const left = x | 0;
        const top = y | 0;
        const right = x - left;
        const bottom = y - top;
        const from = top * stride + left * channels;
        for (let channel = from; channel < from + channels; channel += 1) {
          const a = padded[channel]!;
          const b = padded[channel + channels]!;
          const c = padded[channel + stride]!;
          const d = padded[channel + stride + channels]!;
          const above = a + right * (b - a);
          const below = c + right * (d - c);
          // Most pixels of a drawing are background.
          target[to] = (a | b | c | d) === 0 ? 0 : (above + bottom * (below - above) + 0.5) | 0;
          to += 1;
        }
      }
    }
  }
}

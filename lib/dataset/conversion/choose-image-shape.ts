import type { ImageShape } from '../../contracts/image-shape';
import { formatSize } from './image-rows';
import { areaOf, type RowMeasures } from './measure-rows';

export interface ShapeSettings {
  /** 0: as they are; n: n × n pixels. */
  readonly imageSize: number;
  /** 0: as the images need it. */
  readonly channels: 0 | 1 | 3;
  readonly transpose: boolean;
}

/** @returns the shape of the prepared images, or the reason why there is none, in a sentence. */
export function chooseImageShape(
  { shapes, isGray, rowCount }: Pick<RowMeasures, 'shapes' | 'isGray' | 'rowCount'>,
  { imageSize, channels, transpose }: ShapeSettings,
): { readonly imageShape: ImageShape; readonly resize: boolean } | { readonly problem: string } {
  const isColor = channels === 0 ? !isGray : channels === 3;
  const shapeOf = (height: number, width: number): ImageShape =>
    isColor ? [height, width, 3] : [height, width];
  if (imageSize > 0) return { imageShape: shapeOf(imageSize, imageSize), resize: true };
  const [mostCommon] = shapes;
  if (new Set(shapes.map(({ shape: [height, width] }) => formatSize(height, width))).size > 1)
    return { problem: describeSizes(shapes, rowCount) };
  const [height, width] = mostCommon!.shape;
  return { imageShape: transpose ? shapeOf(width, height) : shapeOf(height, width), resize: false };
}

function describeSizes(shapes: RowMeasures['shapes'], rowCount: number): string {
  const bySize = shapes.toSorted((a, b) => areaOf(a.shape) - areaOf(b.shape));
  const sizeOf = ({ shape }: RowMeasures['shapes'][number]) => formatSize(shape[0], shape[1]);
  const [mostCommon] = shapes;
  const common =
    mostCommon!.rowCount === 1
      ? 'and no size is there twice'
      : `and the most common size is ${sizeOf(mostCommon!)} (${mostCommon!.rowCount} images)`;
  return `The images have different sizes, and a model needs one. Of the ${rowCount} images that were looked at, the smallest has ${sizeOf(bySize[0]!)} pixels, the largest ${sizeOf(bySize.at(-1)!)}, ${common}. Give the size to scale all of them to, such as --image-size 32.`;
}

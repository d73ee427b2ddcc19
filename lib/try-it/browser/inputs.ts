import type { ImageShape } from '../../contracts/image-shape';
import { centerDigit } from '../../image/center-digit';
import { findDoubts, findHesitation } from '../../image/doubts';
import type { Preparation } from '../../model/model-labels';
import type { ModelImage } from '../classifier';
import { openDrawingArea } from './drawing-area';
import { openImageArea } from './image-area';

/** Where the images come from that the model answers for. */
export interface Inputs {
  /** `undefined` for no image. */
  readonly read: (shape: ImageShape) => ModelImage | undefined;
  readonly doubtsOf: (
    image: ModelImage,
    probabilities: Float32Array,
    nameOf: (label: number) => string,
  ) => readonly string[];
  readonly clear: () => void;
  readonly undo: () => void;
  /** @param pixels - [...shape], 0 to 255. */
  readonly showExample: (pixels: Uint8Array, shape: ImageShape) => void;
}

const grayShapeOf = ([height, width]: ImageShape) => [height, width] as const;

/** Drawings of digits, which are centered as the images of the training were. */
export function takeDrawings(canvas: HTMLCanvasElement, onChange: () => void): Inputs {
  const { read, clear, undo, showImage } = openDrawingArea(canvas, onChange);
  return {
    read: (shape) => centerDigit(read(), grayShapeOf(shape)),
    doubtsOf: ({ pixels, shape }, probabilities, nameOf) =>
      findDoubts({ pixels, shape: grayShapeOf(shape) }, probabilities, nameOf),
    clear,
    undo,
    showExample: showImage,
  };
}

/** Whole images, scaled as those of the training were. */
export function takeImages(
  canvas: HTMLCanvasElement,
  { isInverted }: Preparation,
  onChange: () => void,
): Inputs {
  const { read, clear, showImage } = openImageArea(canvas, isInverted, onChange);
  return {
    read,
    doubtsOf: (_, probabilities, nameOf) => findHesitation(probabilities, nameOf),
    clear,
    undo: clear,
    showExample: showImage,
  };
}

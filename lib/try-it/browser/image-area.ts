import type { ImageShape } from '../../contracts/image-shape';
import { scaleImage } from '../../image/scale-image';
import type { ModelImage } from '../classifier';
import { find } from './answer-view';
import { paintImage } from './paint-pixels';

export interface ImageArea {
  /** `undefined` before an image was chosen. */
  readonly read: (shape: ImageShape) => ModelImage | undefined;
  readonly clear: () => void;
  /** @param pixels - [...shape], 0 to 255: the input of the model itself. */
  readonly showImage: (pixels: Uint8Array, shape: ImageShape) => void;
}

/** What is in the area, as an input of a model of this shape. */
type Chosen = (shape: ImageShape) => Uint8Array;

/**
 * Takes an image from a file that is chosen, dropped or pasted.
 *
 * @param isInverted - the negative is the input.
 */
export function openImageArea(
  canvas: HTMLCanvasElement,
  isInverted: boolean,
  onChange: () => void,
): ImageArea {
  const context = canvas.getContext('2d')!;
  let chosen: Chosen | undefined;

  const show = (picture: HTMLCanvasElement | undefined, next: Chosen | undefined, isSmooth = true) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = isSmooth;
    if (picture !== undefined) drawWhole(context, picture);
    find('trouble').textContent = '';
    chosen = next;
    onChange();
  };
  const showFile = async (file: File) => {
    const picture = await readPicture(file, isInverted ? '#fff' : '#000');
    if (picture === undefined) {
      find('trouble').textContent = `${file.name} is no image that this browser can read.`;
      return;
    }
    const { width, height } = picture;
    const colors = colorsOf(picture);
    show(picture, (shape) => scaleImage(colors, [height, width], shape, isInverted));
  };
  takeFiles((file) => void showFile(file));

  return {
    read: (shape) => chosen && { pixels: Float32Array.from(chosen(shape), (value) => value / 255), shape },
    clear: () => show(undefined, undefined),
    showImage: (pixels, shape) => {
      const picture = document.createElement('canvas');
      paintImage(picture, pixels, shape);
      show(picture, () => pixels, false);
    },
  };
}

/** From the button, dropped anywhere on the page, or pasted. */
function takeFiles(onFile: (file: File) => void): void {
  const input = find<HTMLInputElement>('file');
  const takeFirst = (files: FileList | undefined | null) => {
    const file = files?.[0];
    if (file !== undefined) onFile(file);
  };
  find('choose-file').addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    takeFirst(input.files);
    // The same file can be chosen again.
    input.value = '';
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    takeFirst(event.dataTransfer?.files);
  });
  document.addEventListener('paste', (event) => takeFirst(event.clipboardData?.files));
}

/** Upright, on a ground of this color; `undefined` for what the browser cannot decode. */
async function readPicture(file: File, ground: string): Promise<HTMLCanvasElement | undefined> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  const picture = document.createElement('canvas');
  picture.width = bitmap.width;
  picture.height = bitmap.height;
  const context = picture.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = ground;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return picture;
}

/** [height, width, 3]. */
function colorsOf(picture: HTMLCanvasElement): Uint8Array {
  const { data } = picture.getContext('2d')!.getImageData(0, 0, picture.width, picture.height);
  const colors = new Uint8Array((data.length / 4) * 3);
  for (let pixel = 0; pixel < data.length / 4; pixel += 1)
    colors.set(data.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
  return colors;
}

/** In the middle of the canvas, as large as it fits. */
function drawWhole(context: CanvasRenderingContext2D, picture: HTMLCanvasElement): void {
  const { width, height } = context.canvas;
  const scale = Math.min(width / picture.width, height / picture.height);
  const [shownWidth, shownHeight] = [picture.width * scale, picture.height * scale];
  context.drawImage(picture, (width - shownWidth) / 2, (height - shownHeight) / 2, shownWidth, shownHeight);
}

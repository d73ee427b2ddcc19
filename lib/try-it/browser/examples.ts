import type { ImageShape } from '../../contracts/image-shape';
import type { PageData } from '../page-data';
import { create } from './answer-view';
import { decodeBase64 } from './decode-base64';
import { paintPixels } from './paint-pixels';

export interface Example {
  /** [height, width], 0 to 255. */
  readonly gray: Uint8Array;
  readonly shape: ImageShape;
  readonly label: number;
}

/** Adds a button for each example to `list`. */
export function listExamples(
  list: HTMLElement,
  { imageShape, images }: NonNullable<PageData['examples']>,
  onChoose: (example: Example) => void,
): Example[] {
  const examples = images.map(({ label, pixels }) => ({
    gray: decodeBase64(pixels),
    shape: imageShape,
    label,
  }));
  const buttons = examples.map((example, position) => {
    const button = create('button', '', drawThumbnail(example)) as HTMLButtonElement;
    button.type = 'button';
    button.setAttribute('aria-label', `Test image ${images[position]!.index}, a ${example.label}`);
    button.setAttribute('aria-keyshortcuts', String(position));
    button.addEventListener('click', () => onChoose(example));
    return button;
  });
  list.replaceChildren(...buttons);
  return examples;
}

function drawThumbnail({ gray, shape }: Example): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  paintPixels(canvas, shape, (pixel) => [gray[pixel]!, gray[pixel]!, gray[pixel]!, 255]);
  return canvas;
}

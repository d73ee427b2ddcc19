import type { ImageShape } from '../../contracts/image-shape';
import { nameInText } from '../../report/class-labels';
import type { PageData } from '../page-data';
import { create } from './answer-view';
import { decodeBase64 } from './decode-base64';
import { paintImage } from './paint-pixels';

export interface Example {
  /** [...shape], 0 to 255. */
  readonly pixels: Uint8Array;
  readonly shape: ImageShape;
  readonly label: number;
}

/** Adds a button for each example to `list`. */
export function listExamples(
  list: HTMLElement,
  { imageShape, images }: NonNullable<PageData['examples']>,
  nameOf: (label: number) => string,
  onChoose: (example: Example) => void,
): Example[] {
  const examples = images.map(({ label, pixels }) => ({
    pixels: decodeBase64(pixels),
    shape: imageShape,
    label,
  }));
  const buttons = examples.map((example, position) => {
    const button = create('button', '', drawThumbnail(example)) as HTMLButtonElement;
    button.type = 'button';
    const name = nameOf(example.label);
    const what = /^\d+$/.test(name) ? `a ${name}` : `label ${nameInText(name)}`;
    button.setAttribute('aria-label', `Test image ${images[position]!.index}, ${what}`);
    button.setAttribute('aria-keyshortcuts', String(position));
    button.addEventListener('click', () => onChoose(example));
    return button;
  });
  list.replaceChildren(...buttons);
  return examples;
}

function drawThumbnail({ pixels, shape }: Example): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  paintImage(canvas, pixels, shape);
  return canvas;
}

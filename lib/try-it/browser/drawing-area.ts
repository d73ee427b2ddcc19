import type { ImageShape } from '../../contracts/image-shape';
import type { GrayImage } from '../../image/center-digit';
import { paintPixels } from './paint-pixels';

/** About two pixels of MNIST once the digit fills its box. */
const penWidthFraction = 0.07;

export interface DrawingArea {
  /** The drawing, light ink on 0. */
  readonly read: () => GrayImage;
  readonly clear: () => void;
  /** Removes the last stroke, or the image. */
  readonly undo: () => void;
  /** Replaces the drawing. @param gray - [height, width], 0 to 255. */
  readonly showImage: (gray: Uint8Array, shape: ImageShape) => void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Part of the drawing that `undo` removes at once. */
type Mark =
  | { readonly kind: 'stroke'; readonly points: Point[] }
  | { readonly kind: 'image'; readonly image: HTMLCanvasElement };

/** Lets the mouse, a pen or fingers draw in white on black. */
export function openDrawingArea(canvas: HTMLCanvasElement, onChange: () => void): DrawingArea {
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const { width, height } = canvas;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#fff';
  context.lineWidth = width * penWidthFraction;
  // An example keeps its pixels, so that the model sees the test image itself.
  context.imageSmoothingEnabled = false;

  let marks: Mark[] = [];
  /** The points of each pointer's stroke: two fingers draw two strokes. */
  const openStrokes = new Map<number, Point[]>();

  const locate = (event: PointerEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const drawLine = (from: Point, to: Point) => {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  };
  const drawMark = (mark: Mark) => {
    if (mark.kind === 'image') context.drawImage(mark.image, 0, 0, width, height);
    else for (const [index, point] of mark.points.entries()) drawLine(mark.points[index - 1] ?? point, point);
  };
  const setMarks = (next: Mark[]) => {
    marks = next;
    openStrokes.clear();
    context.clearRect(0, 0, width, height);
    marks.forEach(drawMark);
    onChange();
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const points = [locate(event)];
    marks.push({ kind: 'stroke', points });
    openStrokes.set(event.pointerId, points);
    drawLine(points[0]!, points[0]!);
    onChange();
  });
  canvas.addEventListener('pointermove', (event) => {
    const points = openStrokes.get(event.pointerId);
    if (points === undefined) return;
    const path = event.getCoalescedEvents?.() ?? [];
    for (const each of path.length === 0 ? [event] : path) {
      const point = locate(each);
      drawLine(points.at(-1)!, point);
      points.push(point);
    }
    onChange();
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, (event) => openStrokes.delete(event.pointerId));

  return {
    read: () => {
      const { data } = context.getImageData(0, 0, width, height);
      const pixels = new Float32Array(width * height);
      // The ink is white on a transparent background, so its opacity is its gray value.
      for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = data[pixel * 4 + 3]! / 255;
      return { pixels, shape: [height, width] };
    },
    clear: () => setMarks([]),
    undo: () => setMarks(marks.slice(0, -1)),
    showImage: (gray, shape) => {
      const image = document.createElement('canvas');
      paintPixels(image, shape, (pixel) => [255, 255, 255, gray[pixel]!]);
      setMarks([{ kind: 'image', image }]);
    },
  };
}

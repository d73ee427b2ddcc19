import type { GrayImage } from '../../image/center-digit';

/** About two pixels of MNIST once the digit fills its box. */
const penWidthFraction = 0.07;

export interface DrawingArea {
  /** The drawing, light ink on 0. */
  readonly read: () => GrayImage;
  readonly clear: () => void;
}

/** Lets the mouse, a pen or fingers draw in white on black. */
export function openDrawingArea(canvas: HTMLCanvasElement, onChange: () => void): DrawingArea {
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const { width, height } = canvas;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#fff';
  context.lineWidth = width * penWidthFraction;

  /** The last point of each pointer: two fingers draw two strokes. */
  const lastPoints = new Map<number, { readonly x: number; readonly y: number }>();
  const locate = (event: PointerEvent) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const drawTo = (event: PointerEvent) => {
    const from = lastPoints.get(event.pointerId);
    if (from === undefined) return;
    const to = locate(event);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    lastPoints.set(event.pointerId, to);
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    lastPoints.set(event.pointerId, locate(event));
    drawTo(event);
    onChange();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!lastPoints.has(event.pointerId)) return;
    const path = event.getCoalescedEvents?.() ?? [];
    for (const each of path.length === 0 ? [event] : path) drawTo(each);
    onChange();
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, (event) => lastPoints.delete(event.pointerId));

  return {
    read: () => {
      const { data } = context.getImageData(0, 0, width, height);
      // The ink is white on a transparent background, so its opacity is its gray value.
      const pixels = Float32Array.from({ length: width * height }, (_, pixel) => data[pixel * 4 + 3]! / 255);
      return { pixels, shape: [height, width] };
    },
    clear: () => {
      context.clearRect(0, 0, width, height);
      onChange();
    },
  };
}

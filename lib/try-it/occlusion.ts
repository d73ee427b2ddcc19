import type { GrayImage } from '../image/center-digit';
import type { Classifier } from './classifier';

/** Images in one prediction: few enough to keep the page responsive. */
const batchSize = 16;
/** The log-odds of a probability of 0 are infinite. */
const smallestProbability = 1e-30;
/** MNIST's. An image that is n times as large is covered in blocks of n pixels. */
const referenceSide = 28;

/**
 * Occlusion sensitivity (Zeiler and Fergus 2014): how much the log-odds of `label` fall when the ink around a pixel is
 * erased. It needs predictions only, so it works for every model.
 *
 * @param isCanceled - asked between batches.
 * @returns [height, width]: above 0 where ink supports the answer, below 0 where it speaks against it, 0 without ink;
 *   `undefined` if it was canceled.
 */
export async function measureOcclusion(
  { classify, classes }: Classifier,
  image: GrayImage,
  label: number,
  isCanceled: () => boolean,
): Promise<Float32Array | undefined> {
  const { pixels, shape } = image;
  const [height, width] = shape;
  const block = Math.max(1, Math.round(Math.min(height, width) / referenceSide));
  const places = findInkBlocks(image, block);
  const oddsOf = (probabilities: Float32Array, index: number) =>
    logOdds(probabilities.subarray(index * classes, (index + 1) * classes), label);
  const whole = oddsOf(await classify(pixels), 0);
  const contributions = new Float32Array(height * width);
  for (let first = 0; first < places.length; first += batchSize) {
    const batch = places.slice(first, first + batchSize);
    const images = new Float32Array(batch.length * pixels.length);
    batch.forEach((place, index) => {
      const target = images.subarray(index * pixels.length, (index + 1) * pixels.length);
      target.set(pixels);
      // The block and one block around it: a single pixel changes too little.
      fillBlock(target, shape, { top: place.top - block, left: place.left - block, side: 3 * block }, 0);
    });
    const probabilities = await classify(images, batch.length);
    batch.forEach((place, index) => {
      fillBlock(contributions, shape, { ...place, side: block }, whole - oddsOf(probabilities, index));
    });
    // Lets the page draw and handle the pen.
    await new Promise((resolve) => setTimeout(resolve));
    if (isCanceled()) return undefined;
  }
  return contributions;
}

interface Place {
  readonly top: number;
  readonly left: number;
}

function findInkBlocks({ pixels, shape: [height, width] }: GrayImage, block: number): Place[] {
  const places: Place[] = [];
  for (let top = 0; top < height; top += block) {
    for (let left = 0; left < width; left += block) {
      if (hasInk(pixels, [height, width], { top, left, side: block })) places.push({ top, left });
    }
  }
  return places;
}

type Block = Place & { readonly side: number };

function hasInk(pixels: Float32Array, shape: readonly [number, number], block: Block): boolean {
  return listPixels(shape, block).some((pixel) => pixels[pixel]! > 0);
}

function fillBlock(
  target: Float32Array,
  shape: readonly [number, number],
  block: Block,
  value: number,
): void {
  for (const pixel of listPixels(shape, block)) target[pixel] = value;
}

/** Indexes of the pixels of a block that are inside the image. */
function listPixels([height, width]: readonly [number, number], { top, left, side }: Block): number[] {
  const indexes: number[] = [];
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row += 1) {
    for (let column = Math.max(0, left); column < Math.min(width, left + side); column += 1)
      indexes.push(row * width + column);
  }
  return indexes;
}

/** From the other probabilities and not from 1 − p, which is 0 for a confident answer in float32. */
function logOdds(probabilities: Float32Array, label: number): number {
  const others = probabilities.reduce((sum, each, index) => (index === label ? sum : sum + each), 0);
  return (
    Math.log(Math.max(probabilities[label]!, smallestProbability)) -
    Math.log(Math.max(others, smallestProbability))
  );
}

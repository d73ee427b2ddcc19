import type { ImageShape } from '../contracts/image-shape';
import type { Classifier, ModelImage } from './classifier';

/** Images in one prediction: few enough to keep the page responsive. */
const batchSize = 16;
/** The log-odds of a probability of 0 are infinite. */
const smallestProbability = 1e-30;
/** MNIST's. A drawing that is n times as large is covered in blocks of n pixels. */
const drawingSide = 28;
/** Blocks along the shorter side of other images, which are covered everywhere. */
const blocksPerSide = 16;

interface ExplainedImage extends ModelImage {
  /** Light ink on 0. */
  readonly isDrawing: boolean;
}

/**
 * Occlusion sensitivity (Zeiler and Fergus 2014): how much the log-odds of `label` fall when the ink around a pixel is
 * erased; in other images than drawings, when the pixels become the mean of the image. It needs predictions only, so it
 * works for every model.
 *
 * @param isCanceled - asked between batches.
 * @returns [height, width]: above 0 where pixels support the answer, below 0 where they speak against it, 0 without ink;
 *   `undefined` if it was canceled.
 */
export async function measureOcclusion(
  { classify, classes }: Classifier,
  image: ExplainedImage,
  label: number,
  isCanceled: () => boolean,
): Promise<Float32Array | undefined> {
  const { pixels, shape, isDrawing } = image;
  const [height, width, channels = 1] = shape;
  const side = Math.min(height, width);
  const block = Math.max(1, Math.round(side / (isDrawing ? drawingSide : blocksPerSide)));
  const places = listBlocks(shape, block).filter((place) => !isDrawing || hasInk(image, place));
  const cover = isDrawing ? new Float32Array(channels) : meanOf(image);
  const oddsOf = (probabilities: Float32Array, index: number) =>
    logOdds(probabilities.subarray(index * classes, (index + 1) * classes), label);
  const whole = oddsOf(await classify(pixels), 0);
  const contributions = new Float32Array(height * width);
  for (let first = 0; first < places.length; first += batchSize) {
    const batch = places.slice(first, first + batchSize);
    const images = new Float32Array(batch.length * pixels.length);
    batch.forEach(({ top, left }, index) => {
      const target = images.subarray(index * pixels.length, (index + 1) * pixels.length);
      target.set(pixels);
      // The block and one block around it: a single pixel changes too little.
      for (const pixel of listPixels(shape, { top: top - block, left: left - block, side: 3 * block }))
        target.set(cover, pixel * channels);
    });
    const probabilities = await classify(images, batch.length);
    batch.forEach((place, index) => {
      const contribution = whole - oddsOf(probabilities, index);
      for (const pixel of listPixels(shape, place)) contributions[pixel] = contribution;
    });
    // Lets the page draw and handle the pen.
    await new Promise((resolve) => setTimeout(resolve));
    if (isCanceled()) return undefined;
  }
  return contributions;
}

interface Block {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

function listBlocks([height, width]: ImageShape, side: number): Block[] {
  const blocks: Block[] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) blocks.push({ top, left, side });
  }
  return blocks;
}

function hasInk({ pixels, shape }: ModelImage, block: Block): boolean {
  return listPixels(shape, block).some((pixel) => pixels[pixel]! > 0);
}

/** [channels]. */
function meanOf({ pixels, shape }: ModelImage): Float32Array {
  const [height, width, channels = 1] = shape;
  const mean = new Float32Array(channels);
  pixels.forEach((value, at) => {
    mean[at % channels]! += value / (height * width);
  });
  return mean;
}

/** Indexes of the pixels of a block that are inside the image. */
function listPixels([height, width]: ImageShape, { top, left, side }: Block): number[] {
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

import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { LabeledImages } from './load-split';

/**
 * Images in a fixed order, of which only some are in memory at a time. They are read in blocks: shards, or everything at
 * once where all images are in memory. docs/decisions/0017-streaming.md has the reasons.
 */
export interface ImageSource {
  readonly count: number;
  readonly imageShape: ImageShape;
  /** The number of images in each block, in the order of the images. */
  readonly blockRows: readonly number[];
  /**
   * Reads groups of blocks, each group as one array, its blocks in the given order. While the caller works on a group,
   * the next is read; the memory of a group is used again once the next is requested. One caller at a time.
   *
   * @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for an altered one.
   */
  read(groups: readonly (readonly number[])[]): AsyncGenerator<LabeledImages>;
}

/** A batch in JavaScript memory. */
export interface Batch {
  readonly count: number;
  /** [count, values], row-major; the byte u stands for u / 255. */
  readonly pixels: Uint8Array;
  /** [count]. */
  readonly labels: Int32Array;
}

/** A batch with the outputs of a model. */
export interface PredictedBatch extends Batch {
  /** [count, classes], row-major. */
  readonly outputs: Float32Array;
}

/** All images are one block. */
export function inMemory(images: LabeledImages): ImageSource {
  return {
    count: images.count,
    imageShape: images.imageShape,
    blockRows: [images.count],
    async *read(groups) {
      for (const _ of groups) yield images;
    },
  };
}

/** Block after block. */
export function readBlocks(source: ImageSource): AsyncGenerator<LabeledImages> {
  return source.read(source.blockRows.map((_, block) => [block]));
}

/**
 * All images in order, `size` at a time; the last batch has the remaining ones. The batches do not depend on the blocks.
 * The memory of a batch is used again when the next one is requested.
 */
export async function* takeInOrder(source: ImageSource, size: number): AsyncGenerator<Batch> {
  const values = valuesPerImage(source.imageShape);
  let begun = new Uint8Array(0);
  const labels: number[] = [];
  for await (const block of readBlocks(source)) {
    let first = 0;
    while (first < block.count) {
      const end = Math.min(first + size - labels.length, block.count);
      const pixels = block.pixels.subarray(first * values, end * values);
      const isWhole = end - first === size;
      if (!isWhole) {
        if (labels.length === 0) begun = new Uint8Array(size * values);
        begun.set(pixels, labels.length * values);
      }
      for (let row = first; row < end; row += 1) labels.push(block.labels[row]!);
      first = end;
      if (labels.length < size) continue;
      yield { count: size, pixels: isWhole ? pixels : begun, labels: Int32Array.from(labels) };
      labels.length = 0;
    }
  }
  const count = labels.length;
  if (count > 0) yield { count, pixels: begun.subarray(0, count * values), labels: Int32Array.from(labels) };
}

/** Copies of the first images, `maxCount` at most. Blocks after these are not read. */
export async function readFirst(source: ImageSource, maxCount: number): Promise<LabeledImages> {
  const { imageShape } = source;
  const count = Math.min(maxCount, source.count);
  const values = valuesPerImage(imageShape);
  const pixels = new Uint8Array(count * values);
  const labels = new Uint8Array(count);
  let taken = 0;
  for await (const block of readBlocks(source)) {
    const rows = Math.min(block.count, count - taken);
    pixels.set(block.pixels.subarray(0, rows * values), taken * values);
    labels.set(block.labels.subarray(0, rows), taken);
    taken += rows;
    if (taken === count) break;
  }
  return { pixels, labels, count, imageShape };
}

/** Copies of the images in these rows, by their row. Only the blocks that have them are read. */
export async function readRows(
  source: ImageSource,
  rows: Iterable<number>,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const values = valuesPerImage(source.imageShape);
  const wanted = [...new Set(rows)].sort((a, b) => a - b);
  const groups: number[] = [];
  const rowsOf = new Map<number, { readonly row: number; readonly inBlock: number }[]>();
  let [block, firstRow] = [0, 0];
  for (const row of wanted) {
    while (row >= firstRow + source.blockRows[block]!) firstRow += source.blockRows[block++]!;
    if (groups.at(-1) !== block) groups.push(block);
    rowsOf.set(block, [...(rowsOf.get(block) ?? []), { row, inBlock: row - firstRow }]);
  }
  const found = new Map<number, Uint8Array>();
  let position = 0;
  for await (const { pixels } of source.read(groups.map((each) => [each]))) {
    for (const { row, inBlock } of rowsOf.get(groups[position]!)!)
      found.set(row, pixels.slice(inBlock * values, (inBlock + 1) * values));
    position += 1;
  }
  return found;
}

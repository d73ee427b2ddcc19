import { valuesPerImage } from '../../contracts/image-shape';
import type { RunConfig } from '../../contracts/run-config';
import type { Batch, ImageSource } from '../../dataset/image-source';
import { copyPixels } from './batches';
import { type OrderSettings, windowsOf } from './epoch-order';

export type ShuffleSettings = OrderSettings & Pick<RunConfig, 'batchSize'>;

/** A batch, and where its images come from. */
export interface ShuffledBatch extends Batch {
  /** [count]: the rows of the images in their source. */
  readonly rows: Int32Array;
}

/**
 * All images once, in the random order of the epoch. A batch may have images of two windows.
 *
 * @param firstBatch - windows before it are not read.
 * @param memoryOf - [size of the batch, values], for the batch in a position of the epoch; it may be larger.
 */
export async function* shuffleIntoBatches(
  source: ImageSource,
  settings: ShuffleSettings,
  epoch: number,
  firstBatch: number,
  memoryOf: (position: number, bytes: number) => Uint8Array,
): AsyncGenerator<ShuffledBatch> {
  const { count, blockRows, imageShape } = source;
  const { batchSize } = settings;
  const values = valuesPerImage(imageShape);
  let nextRow = firstBatch * batchSize;
  const windows = windowsOf(blockRows, settings, epoch).filter(
    ({ firstRow, rowCount }) => firstRow + rowCount > nextRow,
  );
  const openBatch = () => {
    const position = Math.floor(nextRow / batchSize);
    const size = Math.min(batchSize, count - position * batchSize);
    const pixels = memoryOf(position, size * values).subarray(0, size * values);
    return { count: size, pixels, labels: new Int32Array(size), rows: new Int32Array(size) };
  };
  let batch: ShuffledBatch | undefined;
  let window = 0;
  for await (const images of source.read(windows.map(({ blocks }) => blocks))) {
    const { blocks, firstRow, rowCount, order } = windows[window]!;
    window += 1;
    const positions = order();
    const rows = rowsOf(blockRows, blocks, rowCount);
    while (nextRow < firstRow + rowCount) {
      batch ??= openBatch();
      const filled = nextRow % batchSize;
      const from = nextRow - firstRow;
      const part = positions.subarray(from, from + batch.count - filled);
      copyPixels(images, part, batch.pixels.subarray(filled * values));
      for (const [index, position] of part.entries()) {
        batch.labels[filled + index] = images.labels[position]!;
        batch.rows[filled + index] = rows[position]!;
      }
      nextRow += part.length;
      if (filled + part.length < batch.count) continue;
      yield batch;
      batch = undefined;
    }
  }
}

/** The rows of a window in its source. */
function rowsOf(blockRows: readonly number[], blocks: readonly number[], rowCount: number): Int32Array {
  const rows = new Int32Array(rowCount);
  let [block, firstRow, filled] = [0, 0, 0];
  for (const wanted of blocks) {
    while (block < wanted) firstRow += blockRows[block++]!;
    for (let row = 0; row < blockRows[block]!; row += 1) rows[filled++] = firstRow + row;
  }
  return rows;
}

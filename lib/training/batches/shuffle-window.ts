import type { DatasetManifest } from '../../contracts/dataset';
import { valuesPerImage } from '../../contracts/image-shape';
import type { RunConfig } from '../../contracts/run-config';
import { imageMemory } from '../../dataset/image-memory';
import type { TrainingState } from '../training-state';

type Sizes = Pick<DatasetManifest, 'imageShape'> & {
  readonly [Split in 'train' | 'test']: Pick<DatasetManifest[Split], 'rowCount'>;
};

/**
 * How many training images are shuffled together, and in memory at a time. `undefined`: all of them, and the images of
 * the test as well. A training that resumes keeps its window, so that it has the same order on every machine.
 *
 * @param memoryBytes - for images. @default a share of this machine's memory
 */
export function chooseWindow(
  { imageShape, train, test }: Sizes,
  { shuffleWindow }: Pick<RunConfig, 'shuffleWindow'>,
  resumeFrom: Pick<TrainingState, 'windowRows'> | undefined,
  memoryBytes = imageMemory(),
): number | undefined {
  if (resumeFrom !== undefined) return resumeFrom.windowRows;
  if (shuffleWindow > 0) return shuffleWindow < train.rowCount ? shuffleWindow : undefined;
  const values = valuesPerImage(imageShape);
  if ((train.rowCount + test.rowCount) * values <= memoryBytes) return undefined;
  // The next window is read while one is trained on.
  return Math.max(1, Math.floor(memoryBytes / (2 * values)));
}

/** The bytes of images that a training holds with this window. */
export function heldImageBytes({ imageShape, train, test }: Sizes, windowRows: number | undefined): number {
  const rows = windowRows === undefined ? train.rowCount + test.rowCount : 2 * windowRows;
  return rows * valuesPerImage(imageShape);
}

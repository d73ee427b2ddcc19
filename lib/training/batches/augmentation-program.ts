import { parentPort, workerData } from 'node:worker_threads';
import type { AugmentRequest, ThreadData } from './augmentation-threads';
import { RowAugmenter } from './row-augmenter';

/** The program of `AugmentationThreads`. */
const { buffers, ...options } = workerData as ThreadData;
const augmenter = new RowAugmenter(options);
parentPort?.on('message', ({ buffer, rows, epoch }: AugmentRequest) => {
  const { source, augmented } = buffers[buffer]!;
  augmenter.augment(source, augmented, rows, epoch);
  parentPort?.postMessage(buffer);
});

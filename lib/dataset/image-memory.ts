import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { valuesPerImage } from '../contracts/image-shape';
import type { ImageSource } from './image-source';

/**
 * The rest is for the program, TensorFlow, the network, and other programs. Dividing off held out images copies them,
 * which takes the share twice for a moment.
 */
const imageShare = 1 / 4;

/** The environment variable with the number of processes that train side by side and share the memory. */
export const processesVariable = 'MNIST_PIPELINE_PROCESSES';

/** What this process may use. A container's limit is a huge number where there is none. */
export function availableMemory(processCount = Number(process.env[processesVariable] ?? 1)): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / processCount;
}

/** How many bytes of images may be in memory at a time; on Node.js 20, one array has at most 4 GiB. */
export function imageMemory(memoryBytes = availableMemory()): number {
  return Math.floor(Math.min(memoryBytes * imageShare, constants.MAX_LENGTH));
}

export const imageBytes = ({ count, imageShape }: Pick<ImageSource, 'count' | 'imageShape'>): number =>
  count * valuesPerImage(imageShape);

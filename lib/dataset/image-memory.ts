import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { valuesPerImage } from '../contracts/image-shape';
import type { ImageSource } from './image-source';

/**
 * The rest is for the program, TensorFlow, the network, and other programs. Dividing off held out images copies them,
 * which takes the share twice for a moment.
 */
const imageShare = 1 / 4;

/** What this process may use. A container's limit is a huge number where there is none. */
export function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** How many bytes of images may be in memory at a time; on Node.js 20, one array has at most 4 GiB. */
export function imageMemory(memoryBytes = availableMemory()): number {
  return Math.floor(Math.min(memoryBytes * imageShare, constants.MAX_LENGTH));
}

export const imageBytes = ({ count, imageShape }: Pick<ImageSource, 'count' | 'imageShape'>): number =>
  count * valuesPerImage(imageShape);

import type { RunConfig } from '../../contracts/run-config';
import { createRandom, randomStreams } from '../../random/seeded-random';
import { shuffledRows } from '../../random/shuffle';

export interface OrderSettings extends Pick<RunConfig, 'seed'> {
  /** The number of images that are shuffled together; a window has at least one block. @default all */
  readonly windowRows?: number | undefined;
}

/** A part of an epoch: the images of some blocks, in random order. */
export interface Window {
  /** In increasing order. */
  readonly blocks: readonly number[];
  /** Position in the epoch. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** The order of its images: positions in the window. */
  readonly order: () => Int32Array;
}

/**
 * The windows of an epoch, which depend on the seed and the epoch only. Blocks are visited in random order, as many at a time as fit
 * a window. Where all of them fit, there is one window, and its order is that of all images.
 */
export function windowsOf(blockRows: readonly number[], settings: OrderSettings, epoch: number): Window[] {
  const { seed } = settings;
  const windows: Window[] = [];
  let firstRow = 0;
  for (const blocks of groupBlocks(blockRows, settings, epoch)) {
    const rowCount = countRows(blockRows, blocks);
    // The first window has the random numbers of an epoch that is one window.
    const path = windows.length === 0 ? [] : [windows.length];
    const order = () => shuffledRows(rowCount, createRandom(seed, randomStreams.shuffle, epoch, ...path));
    windows.push({ blocks, firstRow, rowCount, order });
    firstRow += rowCount;
  }
  return windows;
}

function groupBlocks(
  blockRows: readonly number[],
  { seed, windowRows = Number.POSITIVE_INFINITY }: OrderSettings,
  epoch: number,
): number[][] {
  const all = [...blockRows.keys()];
  if (countRows(blockRows, all) <= windowRows) return [all];
  const groups: number[][] = [];
  let freeRows = 0;
  for (const block of shuffledRows(blockRows.length, createRandom(seed, randomStreams.shardOrder, epoch))) {
    const rows = blockRows[block]!;
    if (rows === 0) continue;
    if (groups.length === 0 || rows > freeRows) {
      groups.push([]);
      freeRows = windowRows;
    }
    groups.at(-1)!.push(block);
    freeRows -= rows;
  }
  return groups.map((blocks) => blocks.sort((a, b) => a - b));
}

const countRows = (blockRows: readonly number[], blocks: readonly number[]) =>
  blocks.reduce((sum, block) => sum + blockRows[block]!, 0);

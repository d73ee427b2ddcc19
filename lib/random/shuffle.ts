import type { RandomUint32 } from './seeded-random';

/**
 * Fisher and Yates, in place.
 *
 * @param below - draws a whole number from 0 to below its argument.
 */
export function shuffle(items: Int32Array, below: (bound: number) => number): Int32Array {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    const moved = items[last]!;
    items[last] = items[other]!;
    items[other] = moved;
  }
  return items;
}

/** 0 … count-1. `Int32Array.from` of an iterator would collect every number in a list first, 30 bytes for each. */
export const allRows = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);

/** 0 … count-1 in random order. */
export function shuffledRows(count: number, random: RandomUint32): Int32Array {
  return shuffle(allRows(count), (bound) => Math.floor((random() / 2 ** 32) * bound));
}

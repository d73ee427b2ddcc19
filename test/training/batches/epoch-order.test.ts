import fc from 'fast-check';
import { createRandom, randomStreams } from '../../../lib/random/seeded-random';
import { shuffledRows } from '../../../lib/random/shuffle';
import { windowsOf } from '../../../lib/training/batches/epoch-order';

const epochs = fc.record({
  blockRows: fc
    .array(fc.nat(40), { minLength: 1, maxLength: 20 })
    .filter((rows) => rows.some((each) => each > 0)),
  windowRows: fc.integer({ min: 1, max: 400 }),
  seed: fc.nat(0xffff_ffff),
  epoch: fc.integer({ min: 1, max: 50 }),
});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('every image is in one window, and a window has more images than allowed only if it is one block', () => {
  fc.assert(
    fc.property(epochs, ({ blockRows, windowRows, seed, epoch }) => {
      const windows = windowsOf(blockRows, { seed, windowRows }, epoch);
      const filled = [...blockRows.keys()].filter((block) => blockRows[block]! > 0);
      const visited = windows.flatMap(({ blocks }) => blocks).filter((block) => blockRows[block]! > 0);
      expect(visited.sort((a, b) => a - b)).toEqual(filled);
      let firstRow = 0;
      for (const window of windows) {
        expect(window.rowCount).toBe(sum(window.blocks.map((block) => blockRows[block]!)));
        expect(window.rowCount <= windowRows || window.blocks.length === 1).toBe(true);
        expect(window.firstRow).toBe(firstRow);
        firstRow += window.rowCount;
        const order = [...window.order()].sort((a, b) => a - b);
        expect(order).toEqual([...new Array(window.rowCount).keys()]);
      }
    }),
  );
});

test('where the window is the whole set, the order is the shuffle of all images', () => {
  fc.assert(
    fc.property(epochs, ({ blockRows, seed, epoch }) => {
      const count = sum(blockRows);
      for (const windowRows of [undefined, count, count + 1]) {
        const windows = windowsOf(blockRows, { seed, windowRows }, epoch);
        expect(windows.map(({ blocks }) => blocks)).toEqual([[...blockRows.keys()]]);
        const expected = shuffledRows(count, createRandom(seed, randomStreams.shuffle, epoch));
        expect(windows[0]!.order()).toEqual(expected);
      }
    }),
  );
});

test('the order depends on the seed and the epoch, and no two windows have the same', () => {
  const blockRows = new Array<number>(12).fill(30);
  const orderOf = (seed: number, epoch: number) =>
    windowsOf(blockRows, { seed, windowRows: 90 }, epoch).map(({ blocks, order }) => [blocks, [...order()]]);
  expect(orderOf(1, 1)).toEqual(orderOf(1, 1));
  expect(orderOf(1, 1)).not.toEqual(orderOf(1, 2));
  expect(orderOf(1, 1)).not.toEqual(orderOf(2, 1));
  expect(new Set(orderOf(1, 1).map(([, order]) => String(order))).size).toBe(4);
});

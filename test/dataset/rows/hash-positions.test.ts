import fc from 'fast-check';
import { HashPositions, type RowPosition } from '../../../lib/dataset/rows/hash-positions';

/** Few different values, and some that differ in their upper half only: they share a slot. */
const hashes = fc.oneof(
  fc.bigInt({ min: 1n, max: 20n }),
  fc.bigInt({ min: 1n, max: 2n ** 32n - 1n }).map((upper) => (upper << 32n) | 7n),
  fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
);

test('finds the first position of every hash that was added, and of no other', () => {
  fc.assert(
    fc.property(fc.array(hashes, { maxLength: 200 }), fc.array(hashes), (added, asked) => {
      const positions = new HashPositions(added.length);
      const expected = new Map<bigint, RowPosition>();
      for (const [row, hash] of added.entries()) {
        const position = { part: row % 3, row };
        positions.add(hash, position);
        if (!expected.has(hash)) expected.set(hash, position);
      }
      for (const hash of [...added, ...asked]) expect(positions.get(hash)).toEqual(expected.get(hash));
    }),
  );
});

test('holds none, and as many as announced', () => {
  expect(new HashPositions(0).get(1n)).toBeUndefined();
  const positions = new HashPositions(4);
  for (const hash of [1n, 5n, 9n, 13n]) positions.add(hash, { part: 0, row: Number(hash) });
  expect(positions.get(13n)).toEqual({ part: 0, row: 13 });
  expect(positions.get(17n)).toBeUndefined();
});

import fc from 'fast-check';
import { createRandom } from '../../lib/random/seeded-random';
import { shuffledRows } from '../../lib/random/shuffle';

const draw = (count: number, ...seedPath: number[]) => {
  const random = createRandom(...seedPath);
  return Array.from({ length: count }, random);
};

test('equal seed paths give equal numbers, other paths give others', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 4 }), (path) => {
      expect(draw(8, ...path)).toEqual(draw(8, ...path));
      expect(draw(8, ...path)).not.toEqual(draw(8, ...path, 0));
      const [first, ...rest] = path;
      expect(draw(8, ...path)).not.toEqual(draw(8, (first! + 1) % 2 ** 32, ...rest));
    }),
  );
});

test('every bit is set half of the time', () => {
  const numbers = draw(20_000, 7);
  for (let bit = 0; bit < 32; bit += 1) {
    const share = numbers.filter((number) => (number >>> bit) & 1).length / numbers.length;
    // Six standard deviations of a fair coin.
    expect(Math.abs(share - 0.5)).toBeLessThan(6 * Math.sqrt(0.25 / numbers.length));
  }
});

test('a shuffle is a permutation', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(), (count, seed) => {
      const rows = shuffledRows(count, createRandom(seed));
      expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
    }),
  );
});

test('every row is equally likely to be first in a shuffle', () => {
  const counts = new Array<number>(5).fill(0);
  for (let seed = 0; seed < 5000; seed += 1) counts[shuffledRows(5, createRandom(seed))[0]!]! += 1;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(5000 * 0.2 * 0.8));
});

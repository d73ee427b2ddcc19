import type { Drawn } from '../../contracts/sweep';
import { countedRandom } from '../counted-random';
import { type Dimension, drawActive } from '../dimensions';
import { drawFrom } from '../domain';
import { directionsOf } from './sobol-directions';

const bits = 32;

/**
 * Sobol's sequence, which fills the space evenly, scrambled by the seed. Every setting has a coordinate of its own, in the
 * order of the names, and takes it also where others lack theirs.
 */
export function drawSobol(dimensions: readonly Dimension[], seed: number, trial: number): Drawn {
  const names = dimensions.map(({ name }) => name).sort();
  return drawActive(dimensions, ({ name, domain }) => {
    const coordinate = sobolCoordinate(names.indexOf(name), trial - 1);
    return drawFrom(domain, scramble(coordinate, seed, name) / 2 ** bits);
  });
}

/** @param index - of the point, from 0. @returns a coordinate in [0, 2³²). */
function sobolCoordinate(dimension: number, index: number): number {
  return directionsOf(dimension).reduce(
    (coordinate, direction, bit) => ((index >>> bit) & 1 ? coordinate ^ direction : coordinate),
    0,
  );
}

/**
 * Owen's scrambling: each bit is flipped or not by a random bit that depends on the bits above it, so that every block of
 * 2ⁿ points still has one point in each of 2ⁿ equal intervals. A. B. Owen, Randomly permuted (t,m,s)-nets and
 * (t,s)-sequences, 1995.
 */
function scramble(coordinate: number, seed: number, name: string): number {
  let scrambled = 0;
  for (let bit = 0; bit < bits; bit += 1) {
    const above = bit === 0 ? 0 : coordinate >>> (bits - bit);
    const flip = countedRandom(seed, 'sobol', name, bit, above) < 0.5 ? 0 : 1;
    scrambled = scrambled * 2 + (((coordinate >>> (bits - 1 - bit)) & 1) ^ flip);
  }
  return scrambled;
}

import { createRandom } from '../random/seeded-random';

/**
 * A random number in [0, 1) that depends on nothing but its name, such as (seed, trial, setting). So it can be computed
 * without those before it, and one more trial or setting changes no other number.
 */
export function countedRandom(...name: readonly (string | number)[]): number {
  const path = [...JSON.stringify(name)].map((character) => character.codePointAt(0)!);
  return createRandom(...path)() / 2 ** 32;
}

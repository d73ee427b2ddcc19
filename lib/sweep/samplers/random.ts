import type { Drawn } from '../../contracts/sweep';
import { countedRandom } from '../counted-random';
import { type Dimension, drawActive } from '../dimensions';
import { drawFrom } from '../domain';

/** Every setting by itself, evenly over its values. It depends on nothing but the seed, the trial and its own name. */
export function drawRandom(dimensions: readonly Dimension[], seed: number, trial: number): Drawn {
  return drawActive(dimensions, ({ name, domain }) =>
    drawFrom(domain, countedRandom(seed, 'random', trial, name)),
  );
}

import type { Drawn, Sweep } from '../../lib/contracts/sweep';
import { dimensionsOf } from '../../lib/sweep/dimensions';
import type { drawTpe, Observation } from '../../lib/sweep/samplers/tpe';

/** A function to minimize. */
interface SearchObjective {
  readonly space: Sweep['space'];
  /** How far a point is above the minimum, which is 0. */
  readonly regretOf: (drawn: Drawn) => number;
}

const numberOf = (drawn: Drawn, name: string) => Number(drawn[name]);

/** F. H. Branin (1972): three minima of 0.397887. */
const branin: SearchObjective = {
  space: { x: { range: [-5, 10] }, y: { range: [0, 15] } },
  regretOf: (drawn) => {
    const [x, y] = [numberOf(drawn, 'x'), numberOf(drawn, 'y')];
    const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
    return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - 0.397887;
  },
};

/** A quadratic of five settings on different scales. */
const bowl: SearchObjective = {
  space: {
    rate: { logRange: [1e-6, 1] },
    a: { range: [-1, 1] },
    b: { range: [-1, 1] },
    units: { integers: [1, 64] },
    c: { range: [0, 1], step: 0.1 },
  },
  regretOf: (drawn) =>
    (Math.log10(numberOf(drawn, 'rate')) + 3) ** 2 +
    (numberOf(drawn, 'a') - 0.3) ** 2 +
    (numberOf(drawn, 'b') + 0.7) ** 2 +
    ((numberOf(drawn, 'units') - 20) / 30) ** 2 +
    (numberOf(drawn, 'c') - 0.6) ** 2,
};

/** Best learning rate (its logarithm) and least loss of each optimizer. */
const optimizers: Readonly<Record<string, readonly [bestRate: number, loss: number]>> = {
  adam: [-3, 0.1],
  adamw: [-2.5, 0.05],
  sgd: [-1, 0],
};
const shapes: Readonly<Record<string, number>> = { narrow: 0.2, wide: 0, deep: 0.03 };

/** Like the loss of a training: the best learning rate depends on the optimizer, and momentum is for one of them. */
const training: SearchObjective = {
  space: {
    optimizer: { values: ['adam', 'adamw', 'sgd'] },
    rate: { logRange: [1e-5, 1] },
    batch: { integers: [16, 1024], log: true },
    shape: { values: ['narrow', 'wide', 'deep'] },
    momentum: { range: [0, 0.99], when: { optimizer: ['sgd'] } },
  },
  regretOf: (drawn) => {
    const [bestRate, loss] = optimizers[String(drawn['optimizer'])]!;
    const momentum = drawn['momentum'] === undefined ? 0 : 2 * (numberOf(drawn, 'momentum') - 0.9) ** 2;
    return (
      loss +
      shapes[String(drawn['shape'])]! +
      0.1 * (Math.log10(numberOf(drawn, 'rate')) - bestRate) ** 2 +
      0.05 * Math.log2(numberOf(drawn, 'batch') / 128) ** 2 +
      momentum
    );
  },
};

/** Their names are those of test/reference/optuna_search.py. */
export const searchObjectives = { branin, bowl, training } as const;

/** @returns the trials, with their regret as the value. */
export function search(
  { space, regretOf }: SearchObjective,
  draw: typeof drawTpe,
  seed: number,
  trialCount: number,
): Observation[] {
  const dimensions = dimensionsOf(space);
  const observed: Observation[] = [];
  for (let trial = 1; trial <= trialCount; trial += 1) {
    const drawn = draw(dimensions, seed, trial, observed);
    observed.push({ drawn, value: regretOf(drawn) });
  }
  return observed;
}

/** The lowest regret of a search. */
export const lowest = (observed: readonly Observation[]) => Math.min(...observed.map(({ value }) => value));

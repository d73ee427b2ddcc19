import type { Drawn, Sweep } from '../../contracts/sweep';

/** Trial k of a cross-validation has fold k; of a sweep over seeds, the k-th seed from the given one on. */
export function foldOrSeed({ sampler, settings }: Pick<Sweep, 'sampler' | 'settings'>, trial: number): Drawn {
  if (sampler === 'folds') return { fold: trial };
  const { seed = 1 } = settings;
  return { seed: Number(seed) + trial - 1 };
}

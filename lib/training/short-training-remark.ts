import type { RunConfig } from '../contracts/run-config';

/**
 * Below this, the default recipe is not through with learning: scikit-learn's digits reach 0.966 with 30 steps and 0.981
 * with 90.
 */
const leastSteps = 90;

/** A note about a training of very few steps, as small datasets have them; `undefined` if there is nothing to note. */
export function remarkOnSteps(
  { epochs, batchSize }: Pick<RunConfig, 'epochs' | 'batchSize'>,
  imageCount: number,
): string | undefined {
  const perEpoch = Math.ceil(imageCount / batchSize);
  const steps = epochs * perEpoch;
  if (steps >= leastSteps) return undefined;
  const longer = Math.ceil(leastSteps / perEpoch);
  return `This run has only ${steps} training ${steps === 1 ? 'step' : 'steps'}, ${perEpoch} in each epoch: ${imageCount.toLocaleString('en')} images in batches of ${batchSize}. The model probably gets better with more, for example with ${longer} epochs or a smaller batchSize.`;
}

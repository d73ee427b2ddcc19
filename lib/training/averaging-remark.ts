import type { RunConfig } from '../contracts/run-config';

/** An average reaches the weights of the end of a run if the run is this many times as long as what it averages over. */
const leastSpans = 4;

/**
 * A note about averaged weights that lag behind, because the run has too few training steps for them: the weights of its
 * beginning still count. `undefined` if there is nothing to note.
 */
export function remarkOnAveraging(
  { emaDecay, epochs, batchSize }: Pick<RunConfig, 'emaDecay' | 'epochs' | 'batchSize'>,
  imageCount: number,
): string | undefined {
  // Rounded to a millionth, because 1 - 0.92 is not quite 0.08.
  const span = Number((1 / (1 - emaDecay)).toFixed(6));
  const steps = epochs * Math.ceil(imageCount / batchSize);
  if (emaDecay === 0 || steps >= leastSpans * span) return undefined;
  const smaller = Math.max(0, Math.floor(100 * (1 - leastSpans / steps)) / 100);
  return `emaDecay ${emaDecay} averages the weights over about ${Math.round(span).toLocaleString('en')} training steps, and this run has ${steps.toLocaleString('en')}: its model will lag behind the training. Set emaDecay to ${smaller}, or train for more epochs or with a smaller batchSize.`;
}

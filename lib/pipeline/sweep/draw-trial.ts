import { objectKeys } from '../../contracts/object-keys';
import { type Sweep, sweepTrialSchema } from '../../contracts/sweep';
import { encodeJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { drawTrial } from '../../sweep/sampler';
import { type SweepState, type Trial, valueAfter } from '../../sweep/sweep-state';
import { readTrial } from './read-sweep';

/**
 * Draws a trial and stores its settings. Those that are stored first stay, whatever is known later.
 *
 * @throws PermanentError InvalidInput for settings that cannot be used together.
 */
export async function drawAndStore(
  store: ObjectStore,
  { sweep, trials }: SweepState,
  trial: number,
): Promise<Trial> {
  const { sweepId } = sweep;
  const drawn = drawTrial(sweep, trial, observe(sweep, trials));
  const stored = sweepTrialSchema.parse({ schemaVersion: 1, sweepId, trial, drawn });
  await store.putIfAbsent(objectKeys.sweepTrial(sweepId, trial), encodeJson(stored));
  return (await readTrial(store, sweep, trial))!;
}

/** The trials at their first rung, where all can be compared. */
function observe({ rungs, metric }: Sweep, trials: readonly Trial[]) {
  return trials.map(({ drawn, epochs, config, status }) => {
    const isReached = epochs.length >= rungs[0]! || status === 'finished';
    const value = isReached ? valueAfter(epochs.slice(0, rungs[0]), config, metric) : undefined;
    return { drawn, value };
  });
}

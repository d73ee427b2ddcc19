import { startSettings } from '../contracts/given-settings';
import type { Drawn, Sweep } from '../contracts/sweep';

/** What decides which trials a sweep has. */
export type SpaceOfTrials = Pick<Sweep, 'settings' | 'space' | 'sampler' | 'trialCount' | 'stop'>;

/** The settings of a trial, without defaults. The threshold and the limit of a sweep are for its winner and for all trials. */
export function trialSettings(
  { settings }: Pick<Sweep, 'settings'>,
  drawn: Drawn,
): Readonly<Record<string, unknown>> {
  const { minAccuracy, maxCostUsd, ...others } = settings;
  return startSettings({ ...others, ...drawn });
}

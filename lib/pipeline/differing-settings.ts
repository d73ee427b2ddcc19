import { isDeepStrictEqual } from 'node:util';
import { effectiveSettings } from '../contracts/effective-settings';
import type { RunConfig } from '../contracts/run-config';

/**
 * The settings in which a configuration differs from an earlier one. Settings without effect are left out: the earlier one
 * has the defaults of its time. So is a number of classes that is left to the dataset.
 */
export function differingSettings(config: RunConfig, earlier: RunConfig): (keyof RunConfig)[] {
  return effectiveSettings(config).filter(
    (name) =>
      !(name === 'classes' && config.classes === undefined) &&
      !isDeepStrictEqual(config[name], earlier[name]),
  );
}

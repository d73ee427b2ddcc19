import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';
import { type RunConfig, runConfigSchema } from '../contracts/run-config';
import { type Drawn, type Sweep, trialRunId } from '../contracts/sweep';
import { dimensionsOf } from './dimensions';
import { foldOrSeed } from './samplers/folds-and-seeds';
import { gridTrials } from './samplers/grid';
import { drawRandom } from './samplers/random';
import { drawSobol } from './samplers/sobol';
import { drawTpe } from './samplers/tpe';
import { minimized } from './sweep-state';
import { trialSettings } from './trial-settings';

/**
 * The settings of trial `trial`, from 1: a function of the sweep and, for `tpe`, of what was observed. It has no state, so
 * a sweep that is resumed draws the same.
 *
 * @param sweep - checked by `checkSpace`.
 * @param observed - trials that were drawn before, the oldest first, with their values of the sweep's metric;
 *   `undefined` of those that failed, and of those that have none yet.
 */
export function drawTrial(
  sweep: Sweep,
  trial: number,
  observed: readonly { readonly drawn: Drawn; readonly value: number | undefined }[],
): Drawn {
  const { sampler, samplerSeed } = sweep;
  if (sampler === 'folds' || sampler === 'seeds') return foldOrSeed(sweep, trial);
  const dimensions = dimensionsOf(sweep.space);
  switch (sampler) {
    case 'grid':
      return gridTrial(gridTrials(dimensions), trial);
    case 'random':
      return drawRandom(dimensions, samplerSeed, trial);
    case 'sobol':
      return drawSobol(dimensions, samplerSeed, trial);
    case 'tpe': {
      const ofMetric = observed.map(({ drawn, value }) => ({ drawn, value: minimized(value, sweep.metric) }));
      return drawTpe(dimensions, samplerSeed, trial, ofMetric);
    }
  }
}

function gridTrial(trials: Iterable<Drawn>, trial: number): Drawn {
  let number = 0;
  for (const drawn of trials) {
    number += 1;
    if (number === trial) return drawn;
  }
  throw new PermanentError(
    'InvalidInput',
    `The grid has ${number} combinations, so there is no trial ${trial}. Give at most ${number} trials, or another --sampler.`,
  );
}

/**
 * The whole configuration of a trial.
 *
 * @throws PermanentError InvalidInput for settings that cannot be used together.
 */
export function configOf(sweep: Sweep, drawn: Drawn, trial: number): RunConfig {
  const what = `The configuration of trial ${trial} (run ${trialRunId(sweep.sweepId, trial)})`;
  return parseOrThrow(runConfigSchema, { ...trialSettings(sweep, drawn), evaluateOn: 'validation' }, what);
}

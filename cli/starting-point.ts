import { Sequential } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../lib/contracts/errors';
import type { RunConfig } from '../lib/contracts/run-config';
import type { ObjectStore } from '../lib/store/object-store';
import { type EncodedWeights, encodeInitialWeights, readLayerWeights } from '../lib/training/initial-weights';
import { readMlpLayers } from '../lib/training/mlp-layers';
import { openModelSource } from './model-source';

interface StartingPoint {
  readonly settings: Required<Pick<RunConfig, 'hidden' | 'classes' | 'initialWeightsSha256'>>;
  readonly initialWeights: EncodedWeights;
}

/**
 * Reads what `train --from` determines: the initial weights and the widths of the layers. Dropout, regularization and the
 * other settings are those of the new run.
 *
 * @param given - the settings of the command line and the config file, by name.
 * @throws PermanentError InvalidInput for a model that cannot be trained, or for widths that contradict the model.
 */
export async function readStartingPoint(
  source: string,
  given: Readonly<Record<string, unknown>>,
  store: ObjectStore,
): Promise<StartingPoint> {
  const { model, what } = await openModelSource(source, store);
  try {
    if (!(model instanceof Sequential)) {
      throw new PermanentError(
        'InvalidInput',
        `${what} is a branched network. Only a chain of Flatten, Dropout and Dense layers can be trained.`,
      );
    }
    const layers = readMlpLayers(model);
    const units = layers.map((layer) => layer.units);
    const widths = { hidden: units.slice(0, -1), classes: units.at(-1)! };
    for (const [name, own] of Object.entries(widths)) {
      if (given[name] === undefined || String(given[name]) === String(own)) continue;
      throw new PermanentError(
        'InvalidInput',
        `${what} has "${name}": ${JSON.stringify(own)}, and ${JSON.stringify(given[name])} was given. With --from, the model determines it: leave "${name}" out.`,
      );
    }
    const initialWeights = encodeInitialWeights(layers, await readLayerWeights(model));
    return { settings: { ...widths, initialWeightsSha256: initialWeights.sha256 }, initialWeights };
  } finally {
    model.dispose();
  }
}

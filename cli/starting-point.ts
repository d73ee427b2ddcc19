import { PermanentError } from '../lib/contracts/errors';
import { expandPreset } from '../lib/contracts/given-settings';
import { builtInModels, type RunConfig } from '../lib/contracts/run-config';
import { assembleTrained } from '../lib/export/read-keras-model';
import { asMlp } from '../lib/model/as-mlp';
import { fitPixelRange } from '../lib/model/fit-images';
import { encodeInitialWeights } from '../lib/model/initial-weights';
import type { KerasGraph } from '../lib/model/keras-graph';
import { listCallShapes } from '../lib/model/layer-shapes';
import { encodeArchitecture } from '../lib/model/stored-architecture';
import { assertTrainableLayers } from '../lib/model/trainable';
import type { ContentObject } from '../lib/store/content-object';
import type { ObjectStore } from '../lib/store/object-store';
import { openModelSource, readModelSource } from './model-source';
import { type GivenSettings, isModelFile } from './settings';

/** What a run starts from besides its settings. */
export interface StartingPoint {
  readonly settings: Partial<Pick<RunConfig, 'model' | 'hidden' | 'classes' | 'initialWeightsSha256'>>;
  /** The settings name them by their content; the store may not have them yet. */
  readonly objects: readonly ContentObject[];
  /** For the user. */
  readonly notes: readonly string[];
}

/**
 * Reads the files and the run that `train --model` and `train --from` name. `--model` gives the network, and its weights
 * if the file has them. `--from` gives the weights, and the network unless `--model` does. Of a perceptron `--from` takes
 * only the widths: dropout and regularization are settings of the new run.
 *
 * @param given - the settings of the command line and the config file, by name.
 * @throws PermanentError InvalidInput for a model that cannot be trained, or that contradicts a setting; ArtifactNotFound
 *   for an unknown run.
 */
export async function readStartingPoint(
  from: string | undefined,
  given: GivenSettings,
  store: ObjectStore,
): Promise<StartingPoint> {
  const { model } = expandPreset(given);
  const network = isModelFile(model) ? await readNetwork(model, given, from === undefined) : nothing;
  if (from === undefined) return network;
  return join(network, await readWeights(from, { ...given, model }, store));
}

const nothing: StartingPoint = { settings: {}, objects: [], notes: [] };

const join = (first: StartingPoint, second: StartingPoint): StartingPoint => ({
  settings: { ...first.settings, ...second.settings },
  objects: [...first.objects, ...second.objects],
  notes: [...first.notes, ...second.notes],
});

async function readNetwork(
  path: string,
  given: GivenSettings,
  takesWeights: boolean,
): Promise<StartingPoint> {
  const remedy = `Give ${builtInModels.join(', ')}, or the path of an .h5, .keras or .json file.`;
  const { what, ...file } = await readModelSource(path, remedy);
  const network = describeNetwork(file.graph, given, what);
  if (file.weights === undefined || !takesWeights) return network;
  const model = assembleTrained(file, what);
  try {
    return join(network, nameWeights(await encodeInitialWeights(model)));
  } finally {
    model.dispose();
  }
}

async function readWeights(from: string, given: GivenSettings, store: ObjectStore): Promise<StartingPoint> {
  const { model, graph, what } = await openModelSource(from, store);
  try {
    const weights = nameWeights(await encodeInitialWeights(model));
    const { model: network } = given;
    if (network !== undefined && network !== 'mlp') return weights;
    const widths = asMlp(fitPixelRange(graph));
    if (widths !== undefined) return join(describeWidths(widths, given, what), weights);
    return network === undefined ? join(describeNetwork(graph, given, what), weights) : weights;
  } finally {
    model.dispose();
  }
}

function nameWeights(weights: ContentObject): StartingPoint {
  return { settings: { initialWeightsSha256: weights.sha256 }, objects: [weights], notes: [] };
}

function describeWidths(
  widths: Required<Pick<RunConfig, 'hidden' | 'classes'>>,
  given: GivenSettings,
  what: string,
): StartingPoint {
  refuseOthers(widths, given, what);
  return { settings: widths, objects: [], notes: [] };
}

function describeNetwork(described: KerasGraph, given: GivenSettings, what: string): StartingPoint {
  const graph = fitPixelRange(described);
  assertTrainableLayers(graph, what);
  const classes = listCallShapes(graph, what).at(-1)!.output.at(-1) ?? undefined;
  if (classes !== undefined) refuseOthers({ classes }, given, what);
  const architecture = encodeArchitecture(graph);
  const note = `${what} takes pixels from 0 to 255; the run trains it with pixels from 0 to 1, and its files take these`;
  return {
    settings: { model: architecture.sha256, ...(classes !== undefined && { classes }) },
    objects: [architecture],
    notes: graph === described ? [] : [note],
  };
}

function refuseOthers(own: Readonly<Record<string, unknown>>, given: GivenSettings, what: string): void {
  for (const [name, value] of Object.entries(own)) {
    if (given[name] === undefined || String(given[name]) === String(value)) continue;
    throw new PermanentError(
      'InvalidInput',
      `${what} has "${name}": ${JSON.stringify(value)}, and ${JSON.stringify(given[name])} was given. The model determines it: leave "${name}" out.`,
    );
  }
}

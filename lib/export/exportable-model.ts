import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertExportable, type ExportedLayer } from '../model/exportable';
import type { KerasCall, KerasGraph } from '../model/keras-graph';
import { isChain } from '../model/keras-topology';
import { labelsOf, type ModelLabels } from '../model/model-labels';
import { readGraph } from '../model/read-graph';
import type { NamedTensor } from '../model/safetensors';
import type { OptimizerSettings } from './keras-optimizer';
import { orderAsKeras } from './keras-order';

export interface ExportableLayer {
  readonly layer: ExportedLayer;
  /** In Keras' order, with the names `kernel`, `bias`, `gamma`, …; empty for a layer without weights. */
  readonly weights: readonly NamedTensor[];
}

export interface ExportableCall extends KerasCall {
  /** Without the batch. */
  readonly outputShape: readonly number[];
}

/** A trained model that every export format supports: one input and one output. */
export interface ExportableModel {
  readonly name: string;
  /** Shape of one input, without the batch. */
  readonly inputShape: readonly number[];
  /** Shape of one output, without the batch. */
  readonly outputShape: readonly number[];
  /** In the order in which Keras numbers them. */
  readonly layers: readonly ExportableLayer[];
  /** In topological order; the last call returns the output. */
  readonly calls: readonly ExportableCall[];
  /** Whether every layer is called once, with the output of the previous layer. */
  readonly isChain: boolean;
  /** To continue the training. */
  readonly optimizer: OptimizerSettings;
  readonly labels: ModelLabels;
}

/**
 * Copies a model from TensorFlow.js.
 *
 * @throws PermanentError InvalidInput for a layer or setting that a format does not support.
 */
export async function describeModel(
  model: LayersModel,
  optimizer: OptimizerSettings,
): Promise<ExportableModel> {
  const what = `The model "${model.name}"`;
  const graph = readGraph(model.toJSON(null, false), { what, kerasMajor: 2 });
  const { inputShape, layers, calls, shapes } = assertExportable(sortLayers(graph), what);
  const names = nameForAllFormats(layers.map(({ config }) => config.name));
  const described: ExportableLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    const renamed = { ...layer, config: { ...layer.config, name: names[index]! } } as ExportedLayer;
    described.push({ layer: renamed, weights: await readWeights(model, layer) });
  }
  return {
    name: graph.name,
    inputShape,
    outputShape: shapes.at(-1)!.output,
    layers: described,
    calls: calls.map((call, index) => ({ ...call, outputShape: shapes[index]!.output })),
    isChain: isChain({ layers, calls }),
    optimizer,
    labels: labelsOf(model),
  };
}

function sortLayers(graph: KerasGraph) {
  const order = orderAsKeras(graph);
  return {
    inputShape: graph.inputShape,
    layers: order.map((position) => graph.layers[position]!),
    calls: graph.calls.map((call) => ({ ...call, layer: order.indexOf(call.layer) })),
  };
}

async function readWeights(model: LayersModel, { config }: ExportedLayer): Promise<NamedTensor[]> {
  const weights: NamedTensor[] = [];
  for (const weight of model.getLayer(config.name).weights) {
    const tensor = weight.read();
    const name = weight.originalName.split('/').at(-1)!;
    weights.push({ name, shape: tensor.shape, values: await tensor.data<'float32'>() });
  }
  return weights;
}

/** Keras 3 refuses slashes, which the layers of nested models have in their names. */
function nameForAllFormats(names: readonly string[]): string[] {
  const taken = new Set(names.filter((name) => !name.includes('/')));
  return names.map((name) => {
    if (!name.includes('/')) return name;
    let renamed = name.replaceAll('/', '_');
    while (taken.has(renamed)) renamed = `${renamed}_`;
    taken.add(renamed);
    return renamed;
  });
}

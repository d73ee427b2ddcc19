import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type KerasLayer, type KerasTopology, readTopology } from '../model/keras-layers';
import type { NamedTensor } from '../model/safetensors';

export interface ExportableLayer {
  readonly layer: KerasLayer;
  /** In Keras' order, named `kernel`, `bias`, `gamma`, …; empty for a layer without weights. */
  readonly weights: readonly NamedTensor[];
}

/** A trained model with nothing in it that an export could not carry. */
export interface ExportableModel extends Pick<KerasTopology, 'name' | 'inputShape'> {
  /** Of one output, without the batch. */
  readonly outputShape: readonly number[];
  readonly layers: readonly ExportableLayer[];
  /** Adam's, for whoever goes on training. */
  readonly learningRate: number;
}

/**
 * Copies a model out of TensorFlow.js.
 *
 * @throws PermanentError InvalidInput for a layer or setting that the formats do not share.
 */
export async function describeModel(model: LayersModel, learningRate: number): Promise<ExportableModel> {
  const topology = readTopology(model.toJSON(null, false), `The model "${model.name}"`);
  const layers: ExportableLayer[] = [];
  for (const layer of topology.layers) {
    const weights: NamedTensor[] = [];
    for (const weight of model.getLayer(layer.config.name).weights) {
      const tensor = weight.read();
      const name = weight.originalName.split('/').at(-1)!;
      weights.push({ name, shape: tensor.shape, values: await tensor.data<'float32'>() });
    }
    layers.push({ layer, weights });
  }
  const { name, inputShape } = topology;
  return {
    name,
    inputShape,
    outputShape: model.outputs[0]!.shape.slice(1) as number[],
    layers,
    learningRate,
  };
}

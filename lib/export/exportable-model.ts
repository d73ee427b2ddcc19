import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from './hdf5';
import { type KerasLayer, type KerasTopology, readTopology } from './keras-layers';

export interface ExportableLayer {
  readonly layer: KerasLayer;
  /** In Keras' order, named `kernel`, `bias`, `gamma`, …; empty for a layer without weights. */
  readonly weights: readonly NamedArray[];
}

/** A trained model with nothing in it that an export could not carry. */
export interface ExportableModel extends Pick<KerasTopology, 'name' | 'inputShape'> {
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
    const weights: NamedArray[] = [];
    for (const weight of model.getLayer(layer.config.name).weights) {
      const tensor = weight.read();
      const name = weight.originalName.split('/').at(-1)!;
      weights.push({ name, shape: tensor.shape, values: await tensor.data<'float32'>() });
    }
    layers.push({ layer, weights });
  }
  return { name: topology.name, inputShape: topology.inputShape, layers, learningRate };
}

import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import { describeLayer, type KerasLayer } from '../model/keras-layers';
import { type KerasTopology, readTopology } from '../model/keras-topology';
import type { LayerClass } from '../model/layers/layer-kinds';
import type { NamedTensor } from '../model/safetensors';

/** Layers that every format supports. */
const exportedClasses = [
  'Activation',
  'BatchNormalization',
  'Conv2D',
  'Dense',
  'Dropout',
  'Flatten',
  'MaxPooling2D',
  'Reshape',
] as const satisfies readonly LayerClass[];
const exportedActivations = ['linear', 'relu', 'softmax', 'sigmoid', 'tanh'] as const;
export type ExportedActivation = (typeof exportedActivations)[number];

type WithActivation<Config> = Config extends { activation: string }
  ? Omit<Config, 'activation'> & { readonly activation: ExportedActivation }
  : Config;
/** Discriminated by `class_name`. */
export type ExportedLayer = {
  [Name in (typeof exportedClasses)[number]]: {
    readonly class_name: Name;
    readonly config: WithActivation<Extract<KerasLayer, { class_name: Name }>['config']>;
  };
}[(typeof exportedClasses)[number]];

export interface ExportableLayer {
  readonly layer: ExportedLayer;
  /** In Keras' order, with the names `kernel`, `bias`, `gamma`, …; empty for a layer without weights. */
  readonly weights: readonly NamedTensor[];
}

/** A trained model that every export format supports. */
export interface ExportableModel extends Pick<KerasTopology, 'name' | 'inputShape'> {
  /** Shape of one output, without the batch. */
  readonly outputShape: readonly number[];
  readonly layers: readonly ExportableLayer[];
  /** Adam's, to continue the training. */
  readonly learningRate: number;
}

/**
 * Copies a model from TensorFlow.js.
 *
 * @throws PermanentError InvalidInput for a layer or setting that a format does not support.
 */
export async function describeModel(model: LayersModel, learningRate: number): Promise<ExportableModel> {
  const what = `The model "${model.name}"`;
  const topology = readTopology(model.toJSON(null, false), what);
  const layers: ExportableLayer[] = [];
  for (const layer of topology.layers) {
    assertExported(layer, what);
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

function assertExported(layer: KerasLayer, what: string): asserts layer is ExportedLayer {
  const { class_name, config } = layer;
  const refuse = (received: string, allowed: readonly string[]) => {
    throw new PermanentError(
      'InvalidInput',
      `${describeLayer(config.name, what)} has ${received}, which is not exported. Allowed are ${allowed.join(', ')}.`,
    );
  };
  if (!exportedClasses.some((name) => name === class_name))
    refuse(`the class ${JSON.stringify(class_name)}`, exportedClasses);
  if ('activation' in config && !exportedActivations.some((name) => name === config.activation))
    refuse(`the activation ${JSON.stringify(config.activation)}`, exportedActivations);
}

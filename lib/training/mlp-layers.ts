import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';
import { maxPixel } from '../dataset/pixels';
import type { ArchitectureConfig } from '../model/architectures';
import { createRandom, glorotUniform, randomStreams } from './seeded-random';

/** One dense layer of a perceptron, including the dropout of its input. */
export interface DenseLayer {
  readonly inputs: number;
  readonly units: number;
  /** Fraction of the inputs dropped in training. */
  readonly dropoutRate: number;
  /** Adds `l2 · Σ kernel²` to the training loss. */
  readonly l2: number;
}

/** Flatten → (Dropout → Dense relu) … → Dropout → Dense softmax: the networks that the engines train. */
export type MlpLayers = readonly DenseLayer[];

export interface LayerWeights {
  /** [inputs, units], row-major. */
  readonly kernel: Float32Array;
  /** [units]. */
  readonly bias: Float32Array;
}

const denseConfigSchema = z.looseObject({
  units: z.int().min(1),
  activation: z.string(),
  use_bias: z.literal(true).optional(),
  useBias: z.literal(true).optional(),
  kernelRegularizer: z
    .looseObject({
      className: z.literal('L1L2'),
      config: z.looseObject({ l1: z.number().max(0), l2: z.number() }),
    })
    .nullish(),
});
const dropoutConfigSchema = z.looseObject({ rate: z.number().min(0).lt(1) });
/** The training divides bytes by 255 itself. */
const byteRescaling = z.looseObject({
  scale: z
    .number()
    .min(1 / maxPixel - 1e-9)
    .max(1 / maxPixel + 1e-9),
  offset: z.literal(0).optional(),
});

interface ReadLayer extends DenseLayer {
  readonly name: string;
  readonly activation: string;
}

/**
 * Reads the layers of a TensorFlow.js model. An activation may be a separate layer, and the last layer may leave the
 * softmax to the loss; both have the same weights.
 *
 * @throws PermanentError InvalidInput for a layer or activation that the engines cannot train.
 */
export function readMlpLayers(model: LayersModel): MlpLayers {
  const layers: ReadLayer[] = [];
  let inputs = (model.inputs[0]?.shape.slice(1) ?? []).reduce<number>(
    (product, size) => product * (size ?? 0),
    1,
  );
  let dropoutRate = 0;
  for (const layer of model.layers) {
    const what = `The layer "${layer.name}"`;
    const className = layer.getClassName();
    switch (className) {
      case 'Flatten':
      case 'InputLayer':
        break;
      case 'Rescaling':
        if (layers.length > 0 || !byteRescaling.safeParse(layer.getConfig()).success)
          throw unsupported(what, 'a scale other than 1/255, or is not the first layer');
        break;
      case 'Dropout':
        dropoutRate = parseOrThrow(dropoutConfigSchema, layer.getConfig(), what).rate;
        break;
      case 'Dense': {
        const config = parseOrThrow(denseConfigSchema, layer.getConfig(), what);
        const { units, activation } = config;
        if (layer.built && layer.weights[0]!.shape[0] !== inputs)
          throw unsupported(what, 'an input of several dimensions');
        const l2 = config.kernelRegularizer?.config.l2 ?? 0;
        layers.push({ name: layer.name, activation, inputs, units, dropoutRate, l2 });
        inputs = units;
        dropoutRate = 0;
        break;
      }
      case 'Activation':
      case 'ReLU':
      case 'Softmax': {
        const last = layers.pop();
        const { activation = className.toLowerCase(), maxValue } = layer.getConfig();
        if (last?.activation !== 'linear' || maxValue != null)
          throw unsupported(what, `class ${className} here`);
        layers.push({ ...last, activation: String(activation) });
        break;
      }
      default:
        throw unsupported(what, `class ${className}`);
    }
  }
  if (layers.length === 0) throw unsupported(`The model "${model.name}"`, 'no Dense layer');
  return layers.map(({ name, activation, ...layer }, index) => {
    const allowed = index === layers.length - 1 ? ['softmax', 'linear'] : ['relu'];
    if (!allowed.includes(activation)) throw unsupported(`The layer "${name}"`, `activation ${activation}`);
    return layer;
  });
}

function unsupported(what: string, received: string): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `${what} has ${received}, which cannot be trained. Allowed are a Rescaling by 1/255 as the first layer, Flatten, Dropout, Dense with relu or followed by relu, and one last Dense with softmax or logits.`,
  );
}

/** What `readMlpLayers` reads from the model of `buildMlp`, without building one, which allocates its weights. */
export function mlpLayersOf(
  { hidden, classes, dropout, l2 }: ArchitectureConfig,
  [height, width]: readonly [number, number],
): MlpLayers {
  const widths = [height * width, ...hidden, classes];
  return widths.slice(1).map((units, index) => ({ inputs: widths[index]!, units, dropoutRate: dropout, l2 }));
}

/** Glorot-uniform kernels and zero biases; equal for equal seeds on every engine. */
export function initialWeights(layers: MlpLayers, seed: number): LayerWeights[] {
  return layers.map(({ inputs, units }, layer) => ({
    kernel: glorotUniform(inputs, units, createRandom(seed, randomStreams.initialWeights, layer)),
    bias: new Float32Array(units),
  }));
}

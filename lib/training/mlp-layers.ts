import type { Sequential } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';
import { createRandom, glorotUniform, randomStreams } from './seeded-random';

/** One dense layer of a perceptron, with what happens to its input first. */
export interface DenseLayer {
  readonly inputs: number;
  readonly units: number;
  /** Fraction of the inputs dropped in training. */
  readonly dropoutRate: number;
  /** Adds `l2 · Σ kernel²` to the training loss. */
  readonly l2: number;
}

/** Flatten → (Dropout → Dense relu) … → Dropout → Dense softmax, as numbers: what the engines train. */
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
/** Of bytes, which is what the pixels in [0, 1] of the training come from. */
const byteRescaling = z.looseObject({
  scale: z
    .number()
    .min(1 / 255 - 1e-9)
    .max(1 / 255 + 1e-9),
  offset: z.literal(0).optional(),
});

interface ReadLayer extends DenseLayer {
  readonly name: string;
  readonly activation: string;
}

/**
 * Reads a stack off a TensorFlow.js model. An activation may be a layer of its own, and the last layer may leave the
 * softmax to the loss: the weights mean the same.
 *
 * @throws PermanentError InvalidInput for a layer or activation that the engines do not train.
 */
export function readMlpLayers(model: Sequential): MlpLayers {
  const stack: ReadLayer[] = [];
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
        if (stack.length > 0 || !byteRescaling.safeParse(layer.getConfig()).success)
          throw unsupported(what, 'a scale of its own');
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
        stack.push({ name: layer.name, activation, inputs, units, dropoutRate, l2 });
        inputs = units;
        dropoutRate = 0;
        break;
      }
      case 'Activation':
      case 'ReLU':
      case 'Softmax': {
        const last = stack.pop();
        const { activation = className.toLowerCase(), maxValue } = layer.getConfig();
        if (last?.activation !== 'linear' || maxValue != null)
          throw unsupported(what, `class ${className} here`);
        stack.push({ ...last, activation: String(activation) });
        break;
      }
      default:
        throw unsupported(what, `class ${className}`);
    }
  }
  if (stack.length === 0) throw unsupported(`The model "${model.name}"`, 'no Dense layer');
  return stack.map(({ name, activation, ...layer }, index) => {
    const allowed = index === stack.length - 1 ? ['softmax', 'linear'] : ['relu'];
    if (!allowed.includes(activation)) throw unsupported(`The layer "${name}"`, `activation ${activation}`);
    return layer;
  });
}

function unsupported(what: string, received: string): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `${what} has ${received}, which cannot be trained. Allowed are Flatten, Dropout, Dense with relu or followed by it, one last Dense with softmax or with logits, and before all a Rescaling by 1/255.`,
  );
}

/** Glorot-uniform kernels and zero biases; the same for the same seed on every engine. */
export function initialWeights(stack: MlpLayers, seed: number): LayerWeights[] {
  return stack.map(({ inputs, units }, layer) => ({
    kernel: glorotUniform(inputs, units, createRandom(seed, randomStreams.initialWeights, layer)),
    bias: new Float32Array(units),
  }));
}

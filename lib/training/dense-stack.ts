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
export type DenseStack = readonly DenseLayer[];

export interface LayerWeights {
  /** [inputs, units], row-major. */
  readonly kernel: Float32Array;
  /** [units]. */
  readonly bias: Float32Array;
}

const denseConfigSchema = z.looseObject({
  units: z.int().min(1),
  activation: z.enum(['relu', 'softmax']),
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

/**
 * Reads a stack off a TensorFlow.js model.
 *
 * @throws PermanentError InvalidInput for a layer or activation that the engines do not train.
 */
export function readDenseStack(model: Sequential): DenseStack {
  const stack: DenseLayer[] = [];
  let inputs = (model.inputs[0]?.shape.slice(1) ?? []).reduce<number>(
    (product, size) => product * (size ?? 0),
    1,
  );
  let dropoutRate = 0;
  for (const [index, layer] of model.layers.entries()) {
    const what = `The layer "${layer.name}"`;
    const isOutput = index === model.layers.length - 1;
    switch (layer.getClassName()) {
      case 'Flatten':
        break;
      case 'Dropout':
        dropoutRate = parseOrThrow(dropoutConfigSchema, layer.getConfig(), what).rate;
        break;
      case 'Dense': {
        const config = parseOrThrow(denseConfigSchema, layer.getConfig(), what);
        if ((config.activation === 'softmax') !== isOutput)
          throw unsupported(what, `activation ${config.activation}`);
        stack.push({
          inputs,
          units: config.units,
          dropoutRate,
          l2: config.kernelRegularizer?.config.l2 ?? 0,
        });
        inputs = config.units;
        dropoutRate = 0;
        break;
      }
      default:
        throw unsupported(what, `class ${layer.getClassName()}`);
    }
  }
  return stack;
}

function unsupported(what: string, received: string): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `${what} has ${received}, which cannot be trained. Allowed are Flatten, Dropout, Dense with relu, and one last Dense with softmax.`,
  );
}

/** Glorot-uniform kernels and zero biases; the same for the same seed on every engine. */
export function initialWeights(stack: DenseStack, seed: number): LayerWeights[] {
  return stack.map(({ inputs, units }, layer) => ({
    kernel: glorotUniform(inputs, units, createRandom(seed, randomStreams.initialWeights, layer)),
    bias: new Float32Array(units),
  }));
}

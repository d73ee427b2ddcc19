import { mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { type CommonArgs, defineLayer, type FormatLayer, sameInAll } from './layer-kind';
import type { OnnxCall, OnnxTensor } from './onnx-graph';
import { channelsLast, ignored, size } from './settings';

/** Draws the random masks of a training step. A model gets it as `masks` among the arguments of its call. */
export interface RandomMasks {
  /**
   * Every call returns another mask.
   *
   * @param rate - the fraction that is dropped, in (0, 1).
   * @returns 0 where a value is dropped, and 1 / (1 - rate) elsewhere.
   */
  draw(shape: readonly number[], rate: number): Tensor;
}

interface DropoutSettings extends CommonArgs {
  readonly rate: number;
  /** Shape of the mask: 1 shares it along a dimension, `null` takes the size of the input. */
  readonly noiseShape?: readonly (number | null)[] | undefined;
}

type Call = InstanceType<typeof layers.Layer>['call'];

/**
 * The layer of TensorFlow.js draws its mask in JavaScript, so equal seeds give other masks on another engine, and a
 * recorded training step would repeat the mask of its recording.
 */
class DropoutLayer extends layers.Layer {
  static readonly className: string = 'Dropout';
  private readonly rate: number;
  private readonly noiseShape: readonly (number | null)[] | undefined;

  constructor({ rate, noiseShape, ...common }: DropoutSettings) {
    super({ ...common });
    this.rate = rate;
    this.noiseShape = noiseShape;
  }

  override call(...[inputs, settings]: Parameters<Call>): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (settings['training'] !== true || this.rate === 0) return x.clone();
    const masks = settings['masks'] as RandomMasks | undefined;
    if (masks === undefined)
      throw new Error(
        `The layer "${this.name}" is trained without masks: pass them to the call of the model`,
      );
    return tidy(() => mul(x, masks.draw(this.maskShape(x.shape), this.rate)));
  }

  protected maskShape(inputShape: readonly number[]): number[] {
    const shape = this.noiseShape ?? inputShape;
    return shape.map((length, axis) => length ?? inputShape[axis]!);
  }

  override getConfig() {
    return {
      rate: this.rate,
      noiseShape: this.noiseShape === undefined ? null : [...this.noiseShape],
      seed: null,
      ...super.getConfig(),
    };
  }
}

/** Drops whole channels. */
class SpatialDropout2DLayer extends DropoutLayer {
  static override readonly className: string = 'SpatialDropout2D';

  protected override maskShape(inputShape: readonly number[]): number[] {
    return inputShape.map((length, axis) => (axis === 0 || axis === inputShape.length - 1 ? length : 1));
  }
}

/** Predictions are computed without it. */
const omit = ({ inputs: [x] }: OnnxCall<unknown>): OnnxTensor => x;
const rate = z.number().min(0).lt(1);
const seed = ignored;

export const dropout = defineLayer({
  kept: {
    rate,
    noise_shape: z
      .array(size.nullable())
      .nullish()
      .transform((shape) => shape ?? undefined),
  },
  checked: { seed },
  build: (config, common) =>
    new DropoutLayer({ ...common, rate: config.rate, noiseShape: config.noise_shape }),
  formats: { ...sameInAll, onnx: omit },
});

/** The layer of Keras 3 refuses `trainable`. */
function describeSpatial({ rate: fraction }: { readonly rate: number }): FormatLayer {
  return { class_name: 'SpatialDropout2D', config: { rate: fraction, trainable: undefined } };
}

export const spatialDropout2d = defineLayer({
  kept: { rate },
  checked: { seed, noise_shape: ignored, data_format: channelsLast },
  build: (config, common) => new SpatialDropout2DLayer({ ...common, rate: config.rate }),
  formats: {
    // TensorFlow.js has it for sequences only. A mask of this shape drops whole channels.
    tfjs: (config) => ({
      class_name: 'Dropout',
      config: { rate: config.rate, noise_shape: [null, 1, 1, null], seed: null },
    }),
    keras2: describeSpatial,
    keras3: describeSpatial,
    onnx: omit,
  },
});

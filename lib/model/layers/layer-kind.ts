import type { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { absent, batchShape, dtype, flag, ignored, layerName, type Shape } from './settings';

export type TfjsLayer = InstanceType<typeof layers.Layer>;

export interface WeightSlot {
  readonly shape: readonly number[];
  /** Updated by the layer itself, such as moving statistics, and not trained. */
  readonly isState?: boolean;
}

/** Settings of every layer of TensorFlow.js. */
export interface CommonArgs {
  readonly name: string;
  readonly trainable: boolean;
  /** Without the batch; for the first layer of a model. */
  readonly inputShape?: (number | null)[];
}

const keptByAll = { name: layerName, trainable: flag(true) };
const checkedByAll = {
  dtype,
  batch_input_shape: batchShape.optional(),
  batch_shape: batchShape.optional(),
  activity_regularizer: ignored,
  quantization_config: absent,
};

type ConfigOf<Kept extends z.ZodRawShape> = z.output<z.ZodObject<typeof keptByAll & Kept>>;

/** Description of one kind of layer. */
export interface LayerKind<Config> {
  /** Settings in Keras' snake_case, in a fixed order. */
  readonly schema: z.ZodType<Config>;
  /** Not part of a model yet, so no memory is allocated for its weights. */
  readonly build: (config: Config, common: CommonArgs) => TfjsLayer;
  /** In Keras' order. */
  readonly weights: (config: Config, inputShape: Shape) => readonly WeightSlot[];
}

interface LayerDefinition<Kept extends z.ZodRawShape> {
  readonly kept?: Kept;
  /** Settings for which only values are allowed that do not change predictions. */
  readonly checked?: z.ZodRawShape;
  readonly build: (config: ConfigOf<Kept>, common: CommonArgs) => TfjsLayer;
  readonly weights?: (config: ConfigOf<Kept>, inputShape: Shape) => readonly WeightSlot[];
}

export function defineLayer<Kept extends z.ZodRawShape = Record<never, never>>({
  kept,
  checked,
  build,
  weights = () => [],
}: LayerDefinition<Kept>): LayerKind<ConfigOf<Kept>> {
  const all = { ...keptByAll, ...kept };
  const schema = z.strictObject({ ...all, ...checkedByAll, ...checked }).transform((config) => {
    const entries = Object.keys(all).map((key) => [key, (config as Record<string, unknown>)[key]]);
    return Object.fromEntries(entries) as ConfigOf<Kept>;
  });
  return { schema, build, weights };
}

import type { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { OnnxCall, OnnxTensor } from './onnx-graph';
import { absent, batchShape, dtype, flag, ignored, layerName, type Shape } from './settings';

export type TfjsLayer = InstanceType<typeof layers.Layer>;

export interface WeightSlot {
  /** As in Keras and TensorFlow.js, without the layer: `kernel`. */
  readonly name: string;
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

/** A kind of layer that is trained, and written in every format. */
export interface ExportedKind<Config> extends LayerKind<Config> {
  readonly formats: LayerFormats<Config>;
}

/** A layer as a format describes it, without name and other settings that all layers have. */
export interface FormatLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** How each format has a kind of layer: as this description, which is that of Keras, or with another one. */
export interface LayerFormats<Config> {
  /** For stock TensorFlow.js; `undefined` for as this description. */
  readonly tfjs:
    | typeof sameAsKeras
    | ((config: Config, inputShapes: readonly Shape[]) => FormatLayer | undefined);
  readonly keras2: typeof sameAsKeras | ((config: Config) => FormatLayer);
  readonly keras3: typeof sameAsKeras | ((config: Config) => FormatLayer);
  readonly onnx: (call: OnnxCall<Config>) => OnnxTensor;
  /**
   * @param inputShapes - none where they are not known yet.
   * @returns a setting that a format or the training does not have.
   */
  readonly limit?: (config: Config, inputShapes: readonly Shape[]) => Limit | undefined;
}

export const sameAsKeras = 'same as Keras';
export const sameInAll = { tfjs: sameAsKeras, keras2: sameAsKeras, keras3: sameAsKeras } as const;

/** The parts of a message. */
export interface Limit {
  readonly received: string;
  readonly allowed: string;
}

interface LayerDefinition<Kept extends z.ZodRawShape> {
  readonly kept?: Kept;
  /** Settings for which only values are allowed that do not change predictions. */
  readonly checked?: z.ZodRawShape;
  readonly build: (config: ConfigOf<Kept>, common: CommonArgs) => TfjsLayer;
  readonly weights?: (config: ConfigOf<Kept>, inputShape: Shape) => readonly WeightSlot[];
}

interface ExportedDefinition<Kept extends z.ZodRawShape> extends LayerDefinition<Kept> {
  readonly formats: LayerFormats<ConfigOf<Kept>>;
}

/** For models that are only evaluated. */
export function defineEvaluatedLayer<Kept extends z.ZodRawShape = Record<never, never>>({
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

/** For models that are trained and exported too. */
export function defineLayer<Kept extends z.ZodRawShape = Record<never, never>>({
  formats,
  ...definition
}: ExportedDefinition<Kept>): ExportedKind<ConfigOf<Kept>> {
  return { ...defineEvaluatedLayer(definition), formats };
}

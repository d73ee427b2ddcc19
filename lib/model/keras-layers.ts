import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';

/**
 * The layers that go out to, and come in from, other tools, in the words that Keras 2, Keras 3 and TensorFlow.js share.
 * A setting that is kept has a meaning in every format; a setting that is only checked must have the one value that
 * all formats imply. Anything else is refused, because a model that is read wrongly still gives answers.
 */
const layerName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
    'a layer name is 1 to 100 characters: letters, digits, "_", "." and "-"',
  );
const activation = z.enum(['linear', 'relu', 'softmax', 'sigmoid', 'tanh']);
const padding = z.enum(['valid', 'same']);
const size = z
  .int()
  .min(1)
  .max(1 << 24);
const sizePair = z.tuple([size, size]);
const absent = z.null('is not supported: it must be null').optional();
const off = z.literal(false).optional();
/** Decides how weights begin or come to be, not what the model answers. */
const ignored = z.unknown().optional();
const channelsLast = z.literal('channels_last').optional();

const penaltyFactor = z.number().min(0).default(0);
const regularizer = z
  .strictObject({
    class_name: z.enum(['L1L2', 'L1', 'L2']),
    config: z.strictObject({ l1: penaltyFactor, l2: penaltyFactor }),
    module: z.literal('keras.regularizers').optional(),
    registered_name: absent,
    // Keras 3 numbers what several layers share.
    shared_object_id: ignored,
  })
  .transform(({ config }) => ({ class_name: 'L1L2', config }) as const)
  .nullable()
  .default(null);

/** Keras 3 has an object where Keras 2 has a string. */
const dtypePolicy = z
  .object({ class_name: z.literal('DTypePolicy'), config: z.object({ name: z.string() }) })
  .transform(({ config }) => config.name);
const float32 = z
  .custom((value) => (dtypePolicy.safeParse(value).data ?? value) === 'float32', 'must be float32')
  .optional();

/** [batch, …]: the batch is open, all else is not. */
const batchShape = z.tuple([z.null()], size).refine((shape) => shape.length > 1, 'has no size but the batch');

const keptByAll = { name: layerName, trainable: z.boolean().default(true) };
const checkedByAll = {
  dtype: float32,
  batch_input_shape: batchShape.optional(),
  activity_regularizer: absent,
  quantization_config: absent,
};

function defineLayer<Kept extends z.ZodRawShape>(kept: Kept, checked: z.ZodRawShape = {}) {
  const all = { ...keptByAll, ...kept };
  return z.strictObject({ ...all, ...checkedByAll, ...checked }).transform((config) => {
    const entries = Object.keys(all).map((key) => [key, (config as Record<string, unknown>)[key]]);
    return Object.fromEntries(entries) as z.output<z.ZodObject<typeof keptByAll & Kept>>;
  });
}

const kernelSettings = {
  kernel_initializer: ignored,
  bias_initializer: ignored,
  bias_regularizer: absent,
  kernel_constraint: absent,
  bias_constraint: absent,
};

const layerConfigs = {
  Flatten: defineLayer({}, { data_format: channelsLast }),
  Reshape: defineLayer({ target_shape: z.array(size).min(1).max(4) }),
  Dropout: defineLayer({ rate: z.number().min(0).lt(1) }, { seed: ignored, noise_shape: absent }),
  Activation: defineLayer({ activation }),
  Dense: defineLayer(
    { units: size, activation, use_bias: z.boolean().default(true), kernel_regularizer: regularizer },
    kernelSettings,
  ),
  Conv2D: defineLayer(
    {
      filters: size,
      kernel_size: sizePair,
      strides: sizePair.default([1, 1]),
      padding: padding.default('valid'),
      activation,
      use_bias: z.boolean().default(true),
      kernel_regularizer: regularizer,
    },
    {
      ...kernelSettings,
      data_format: channelsLast,
      dilation_rate: z.tuple([z.literal(1), z.literal(1)]).optional(),
      groups: z.literal(1).optional(),
    },
  ),
  MaxPooling2D: defineLayer(
    { pool_size: sizePair, strides: sizePair, padding: padding.default('valid') },
    { data_format: channelsLast },
  ),
  BatchNormalization: defineLayer(
    {
      // Keras 2 writes the last axis as a list of its index.
      axis: z.union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)]),
      momentum: z.number().min(0).max(1),
      epsilon: z.number().gt(0),
    },
    {
      center: z.literal(true).optional(),
      scale: z.literal(true).optional(),
      beta_initializer: ignored,
      gamma_initializer: ignored,
      moving_mean_initializer: ignored,
      moving_variance_initializer: ignored,
      beta_regularizer: absent,
      gamma_regularizer: absent,
      beta_constraint: absent,
      gamma_constraint: absent,
      synchronized: off,
      renorm: off,
      renorm_clipping: absent,
      renorm_momentum: ignored,
    },
  ),
} as const;

type LayerConfigs = typeof layerConfigs;
export type LayerClass = keyof LayerConfigs;

/** Discriminated by `class_name`; settings in Keras' snake_case, in a fixed order. */
export type KerasLayer = {
  readonly [Name in LayerClass]: { readonly class_name: Name; readonly config: z.output<LayerConfigs[Name]> };
}[LayerClass];

export type ConfigOf<Name extends LayerClass> = Extract<KerasLayer, { class_name: Name }>['config'];

/** The layers of a network, one after the other. */
export interface KerasTopology {
  readonly name: string;
  /** Of one input, without the batch. */
  readonly inputShape: readonly number[];
  /** Without an InputLayer; each name occurs once. */
  readonly layers: readonly KerasLayer[];
}

const rawLayer = z.looseObject({
  class_name: z.string(),
  config: z.looseObject({}),
  registered_name: z.null('custom layers are not supported').optional(),
});
const topologySchema = z.looseObject({
  class_name: z.literal(
    'Sequential',
    'only a Sequential model can be converted; rebuild it with keras.Sequential(model.layers)',
  ),
  config: z.looseObject({ name: layerName, layers: z.array(rawLayer).min(1).max(200) }),
});
const inputLayerConfig = z.strictObject({
  name: z.string(),
  batch_shape: batchShape.optional(),
  batch_input_shape: batchShape.optional(),
  dtype: float32,
  sparse: off,
  ragged: off,
  optional: off,
  trainable: ignored,
});

/**
 * Reads the JSON that Keras and TensorFlow.js describe a model with.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput that names the layer and the setting.
 */
export function readTopology(value: unknown, what: string): KerasTopology {
  const { name, layers } = parseOrThrow(topologySchema, value, what).config;
  const [first, ...rest] = layers;
  const startsWithInput = first!.class_name === 'InputLayer';
  const shape = startsWithInput
    ? readInputLayer(first!.config, what)
    : batchShape.safeParse(first!.config['batch_input_shape']).data;
  if (shape === undefined) {
    throw new PermanentError(
      'InvalidInput',
      `${what} does not say the shape of its input. Build it with keras.Input((28, 28)) as its first layer.`,
    );
  }
  const readLayers = (startsWithInput ? rest : layers).map((layer) => readLayer(layer, what));
  assertDistinct(readLayers, what);
  return { name, inputShape: shape.slice(1) as number[], layers: readLayers };
}

function readInputLayer(config: unknown, what: string) {
  const input = parseOrThrow(inputLayerConfig, config, `The input layer of ${lowerFirst(what)}`);
  return input.batch_shape ?? input.batch_input_shape;
}

function readLayer({ class_name, config }: z.infer<typeof rawLayer>, what: string): KerasLayer {
  const of = `The layer ${JSON.stringify(config['name'])} of ${lowerFirst(what)}`;
  if (!Object.hasOwn(layerConfigs, class_name)) {
    throw new PermanentError(
      'InvalidInput',
      `${of} has the class ${JSON.stringify(class_name)}, which cannot be converted. Allowed are ${Object.keys(layerConfigs).join(', ')}.`,
      { evidence: { className: class_name } },
    );
  }
  const name = class_name as LayerClass;
  return {
    class_name: name,
    config: parseOrThrow(layerConfigs[name], config, `${of} (${name})`),
  } as KerasLayer;
}

function assertDistinct(layers: readonly KerasLayer[], what: string): void {
  const seen = new Set<string>();
  for (const { config } of layers) {
    if (seen.has(config.name)) {
      throw new PermanentError(
        'InvalidInput',
        `${what} has two layers named ${JSON.stringify(config.name)}. Every layer needs a name of its own.`,
      );
    }
    seen.add(config.name);
  }
}

const lowerFirst = (what: string) => what.charAt(0).toLowerCase() + what.slice(1);

/** `keras.src.utils.naming.to_snake_case`, which names the weights' groups in a `.keras` file. */
export function toSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';
import { splitActivation } from './keras-activations';
import { followConnections, type Usable } from './keras-connections';
import { assertDistinctNames, type KerasCall, type KerasGraph, type Member, modelInput } from './keras-graph';
import {
  describeLayer,
  type KerasLayer,
  lowerFirst,
  type RawLayer,
  rawLayerSchema,
  readLayer,
} from './keras-layers';
import { readInputSource, readNodes } from './keras-nodes';
import { batchShape, dtype, ignored, layerName, off, type Shape } from './layers/settings';

const maxLayers = 2_000;
const maxDepth = 8;

interface GraphOptions {
  /** For messages, e.g. `The model "digits.keras"`. */
  readonly what: string;
  /** Major version of Keras that wrote the file: some names have another meaning in Keras 3. */
  readonly kerasMajor: number;
}

/**
 * Reads the JSON description of a model by Keras or TensorFlow.js.
 *
 * @throws PermanentError InvalidInput, naming the layer and the setting.
 */
export function readGraph(value: unknown, options: GraphOptions): KerasGraph {
  return new GraphReader(options).read(value);
}

/** Where a model is nested. */
interface Place {
  readonly depth: number;
  /** Of the names of its layers. */
  readonly prefix: string;
  /** `false` in a frozen model: none of its layers is trained. */
  readonly isTrained: boolean;
}

interface ReadModel extends Usable {
  readonly name: string;
  readonly inputShape: Shape | undefined;
  readonly members: Member[];
}

const shapeOf = (value: unknown): Shape | undefined => batchShape.safeParse(value).data?.slice(1);

const sequentialConfig = z.looseObject({
  name: layerName,
  layers: z.array(rawLayerSchema).min(1).max(maxLayers),
});
const functionalConfig = z.looseObject({
  name: layerName,
  layers: z.array(rawLayerSchema).min(1).max(maxLayers),
  input_layers: z.unknown(),
  output_layers: z.unknown(),
});
const inputLayerConfig = z.strictObject({
  name: z.string(),
  batch_shape: batchShape.optional(),
  batch_input_shape: batchShape.optional(),
  shape: ignored,
  dtype,
  sparse: off,
  ragged: off,
  optional: off,
  trainable: ignored,
});
const modelClasses = ['Sequential', 'Functional', 'Model'];
const modelSchema = rawLayerSchema.and(
  z.looseObject({
    class_name: z.enum(modelClasses, 'only sequential and functional models of Keras are read'),
  }),
);

/** TensorFlow.js names tensors after layers, and allows fewer characters than Keras. */
function toTfjsName(name: string): string {
  return name.replace(/[^A-Za-z0-9._/-]/g, '_').replace(/^(?![A-Za-z0-9])/, 'layer');
}

class GraphReader {
  private readonly layers: KerasLayer[] = [];
  private readonly calls: KerasCall[] = [];

  constructor(private readonly options: GraphOptions) {}

  read(value: unknown): KerasGraph {
    const { what } = this.options;
    const model = this.readModel(parseOrThrow(modelSchema, value, what), {
      depth: 0,
      prefix: '',
      isTrained: true,
    });
    if (model.inputShape === undefined) {
      throw this.refuse(
        'does not specify the shape of its input. Build it with keras.Input((28, 28)) as its first layer',
      );
    }
    const output = model.use([modelInput]);
    if (output !== this.calls.length - 1) throw this.refuse('has no layer between its input and output');
    assertDistinctNames(this.layers, what);
    const { name, inputShape, members } = model;
    return { name, inputShape, layers: this.layers, calls: this.calls, members };
  }

  private readModel(raw: RawLayer, place: Place): ReadModel {
    if (place.depth > maxDepth) throw this.refuse(`has nested models, more than ${maxDepth} levels deep`);
    return raw.class_name === 'Sequential'
      ? this.readSequential(raw, place)
      : this.readFunctional(raw, place);
  }

  private readSequential(raw: RawLayer, place: Place): ReadModel {
    // Before Keras 2.2.3 the configuration of a Sequential model was the list of its layers.
    const config = Array.isArray(raw.config) ? { name: 'sequential', layers: raw.config } : raw.config;
    const { name, layers } = parseOrThrow(sequentialConfig, config, this.options.what);
    const children = layers.map((layer) => this.readChild(layer, place));
    const declared = [
      config['build_input_shape'],
      (raw.build_config as { input_shape?: unknown })?.input_shape,
    ];
    return {
      name,
      inputShape: children[0]!.inputShape ?? declared.map(shapeOf).find((shape) => shape !== undefined),
      members: children.flatMap(({ member }) => member ?? []),
      use: (inputs) => children.reduce<readonly number[]>((current, { use }) => [use(current)], inputs)[0]!,
    };
  }

  private readFunctional(raw: RawLayer, place: Place): ReadModel {
    const { what } = this.options;
    const config = parseOrThrow(functionalConfig, raw.config, what);
    const input = readInputSource(config.input_layers, 'input', what);
    const output = readInputSource(config.output_layers, 'output', what);
    const children = new Map(
      config.layers.map((layer) => {
        const child = this.readChild(layer, place);
        const of = describeLayer(child.name, what);
        return [child.name, { ...child, nodes: readNodes(layer.inbound_nodes, of) }] as const;
      }),
    );
    return {
      name: config.name,
      inputShape: children.get(input.layer)?.inputShape,
      members: [...children.values()].flatMap(({ member }) => member ?? []),
      use: ([given]) => followConnections(children, { input, output }, given!, this.options.what),
    };
  }

  private readChild(
    raw: RawLayer,
    place: Place,
  ): Usable & { readonly name: string; readonly member?: Member; readonly inputShape?: Shape | undefined } {
    const { class_name: className } = raw;
    if (modelClasses.includes(className)) {
      const name = raw.name ?? (Array.isArray(raw.config) ? 'sequential' : String(raw.config['name']));
      const trainable = Array.isArray(raw.config) || raw.config['trainable'] !== false;
      const model = this.readModel(raw, {
        depth: place.depth + 1,
        prefix: `${place.prefix}${name}/`,
        isTrained: place.isTrained && trainable,
      });
      return { ...model, name, member: { className, name, trainable, members: model.members } };
    }
    const config = parseOrThrow(z.looseObject({}), raw.config, describeLayer(raw.name, this.options.what));
    if (className === 'InputLayer') {
      const of = `The input layer of ${lowerFirst(this.options.what)}`;
      const read = parseOrThrow(inputLayerConfig, config, of);
      const shape = shapeOf(read.batch_shape ?? read.batch_input_shape);
      return { name: raw.name ?? read.name, inputShape: shape, use: ([given]) => given! };
    }
    return this.readLeaf(className, config, place);
  }

  private readLeaf(className: string, config: Record<string, unknown>, { prefix, isTrained }: Place) {
    const { what, kerasMajor } = this.options;
    const positions = splitActivation({ className, config }, kerasMajor).map((described) => {
      const layer = readLayer(described.className, described.config, what);
      if (this.layers.length >= maxLayers) throw this.refuse(`has more than ${maxLayers} layers`);
      // Names are unique only within a model; the weights are found by the name in the file.
      const unique = {
        ...layer,
        config: {
          ...layer.config,
          name: toTfjsName(`${prefix}${layer.config.name}`),
          trainable: layer.config.trainable && isTrained,
        },
      };
      return this.layers.push(unique as KerasLayer) - 1;
    });
    const { name, trainable } = { trainable: true, ...config } as unknown as {
      name: string;
      trainable: boolean;
    };
    const inputShape = shapeOf(config['batch_input_shape'] ?? config['batch_shape']);
    return {
      name,
      inputShape,
      member: {
        className,
        name,
        trainable,
        layer: positions[0]!,
        ...listIgnored(config, this.layers[positions[0]!]!),
      },
      use: (inputs: readonly number[]) =>
        positions.reduce<readonly number[]>((current, layer) => [this.call(layer, current)], inputs)[0]!,
    };
  }

  private call(layer: number, inputs: readonly number[]): number {
    if (this.calls.length >= maxLayers) throw this.refuse(`uses its layers more than ${maxLayers} times`);
    return this.calls.push({ layer, inputs }) - 1;
  }

  private refuse(problem: string): PermanentError {
    return new PermanentError('InvalidInput', `${this.options.what} ${problem}.`);
  }
}

/** Regularizers and constraints do not change predictions, so most of them are not kept. */
function listIgnored(
  config: Record<string, unknown>,
  { config: kept }: KerasLayer,
): { readonly ignored?: readonly string[] } {
  const settings = Object.keys(config).filter(
    (key) =>
      /_(regularizer|constraint)$/.test(key) &&
      config[key] != null &&
      ((kept as Record<string, unknown>)[key] ?? null) === null,
  );
  return settings.length === 0 ? {} : { ignored: settings };
}

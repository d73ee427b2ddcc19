import { z } from 'zod';
import { PermanentError } from '../contracts/errors';

/** The output of a call of a layer in a functional model. */
export interface Source {
  readonly layer: string;
  /** Index among the layer's calls. */
  readonly node: number;
}

const index = z.int().min(0).max(10_000);
const reference = z
  .tuple([z.string(), index, z.literal(0)], z.unknown())
  .transform(([layer, node, , settings]) => ({ layer, node, settings }));
const tensor = z.object({
  class_name: z.literal('__keras_tensor__'),
  config: z.looseObject({ keras_history: z.tuple([z.string(), index, z.literal(0)]) }),
});

/**
 * The single input or output of a model: `["dense", 0, 0]` in some files of Keras 3, else a list with one such entry.
 *
 * @throws PermanentError InvalidInput for several.
 */
export function readInputSource(value: unknown, kind: 'input' | 'output', what: string): Source {
  const list = Array.isArray(value) && typeof value[0] === 'string' ? [value] : value;
  const read = z.tuple([reference]).safeParse(list);
  if (read.success) return read.data[0];
  const count = Array.isArray(list) ? list.length : 0;
  throw new PermanentError(
    'InvalidInput',
    `${what} has ${count} ${kind}s. Only models with one ${kind} are supported: images as input, one score per class as output.`,
  );
}

/**
 * The inputs of each call of a layer in a functional model of Keras 2 or 3.
 *
 * @param of - for the message, e.g. `The layer "add" of the model "digits.keras"`.
 * @throws PermanentError InvalidInput for a call with other arguments than layer outputs.
 */
export function readNodes(value: unknown, of: string): Source[][] {
  const nodes = z
    .array(z.unknown())
    .max(10_000)
    .safeParse(value ?? []);
  if (nodes.success) {
    return nodes.data.map((node) => {
      const sources = Array.isArray(node) ? readKeras2(node) : readKeras3(node);
      if (sources !== undefined) return sources;
      throw new PermanentError(
        'InvalidInput',
        `${of} is called with other arguments than outputs of layers (${JSON.stringify(node).slice(0, 200)}). Only calls with outputs of layers are supported.`,
      );
    });
  }
  throw new PermanentError(
    'InvalidInput',
    `${of} has no list of connections. Save the model again in Keras.`,
  );
}

/** [["conv", 0, 0, {}], …]. */
function readKeras2(node: unknown[]): Source[] | undefined {
  const list = typeof node[0] === 'string' ? [node] : node;
  const read = z.array(reference).safeParse(list);
  if (!read.success || !read.data.every(({ settings }) => changesNothing(settings))) return undefined;
  return read.data.map(({ layer, node: use }) => ({ layer, node: use }));
}

/** {args: [tensor] or [[tensor, …]], kwargs: {…}}. */
function readKeras3(node: unknown): Source[] | undefined {
  const read = z
    .looseObject({
      args: z.tuple([z.union([tensor.transform((one) => [one]), z.array(tensor)])]),
      kwargs: z.unknown().optional(),
    })
    .safeParse(node);
  if (!read.success || !changesNothing(read.data.kwargs)) return undefined;
  return read.data.args[0].map(({ config }) => {
    const [layer, use] = config.keras_history;
    return { layer, node: use };
  });
}

/** Whether the settings of a call are absent, or mean inference without a mask, like all calls here. */
function changesNothing(settings: unknown): boolean {
  const quiet = z.strictObject({
    training: z.literal(false).nullish(),
    mask: z.union([z.null(), z.array(z.null())]).optional(),
  });
  return settings == null || quiet.safeParse(settings).success;
}

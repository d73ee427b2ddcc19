import { z } from 'zod';
import { PermanentError } from '../contracts/errors';

/** The output of a layer's use, within one functional model. */
export interface Source {
  readonly layer: string;
  /** Which of the layer's uses. */
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
 * The one input or output that a model names: `["dense", 0, 0]` in some files of Keras 3, else a list of one of it.
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
    `${what} has ${count} ${kind}s. Only models of one ${kind} are read: images in, one score a class out.`,
  );
}

/**
 * The inputs of each use of a layer, as a functional model of Keras 2 or 3 describes them.
 *
 * @param of - for the message, e.g. `The layer "add" of the model "digits.keras"`.
 * @throws PermanentError InvalidInput for a use that depends on more than its inputs.
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
        `${of} is called with more than the outputs of other layers (${JSON.stringify(node).slice(0, 200)}). Only layers that are given other layers' outputs alone are read.`,
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

/** Settings of a call: none, or inference and no mask, which is how all layers are used here. */
function changesNothing(settings: unknown): boolean {
  const quiet = z.strictObject({
    training: z.literal(false).nullish(),
    mask: z.union([z.null(), z.array(z.null())]).optional(),
  });
  return settings == null || quiet.safeParse(settings).success;
}

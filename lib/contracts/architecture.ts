import { z } from 'zod';

const position = z.int().min(0).max(10_000);

/**
 * `architectures/<sha256>.json`: a network as data, without weights. The layers are Keras' descriptions; their settings
 * are checked by the reader of layers.
 */
export const architectureSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  /** Of one image, without the batch; `null` for any size. */
  inputShape: z.array(z.int().min(1).nullable()).min(1).max(4),
  layers: z
    .array(z.strictObject({ class_name: z.string(), config: z.looseObject({ name: z.string() }) }))
    .min(1)
    .max(2000),
  /** In topological order. `layer` counts the layers, `inputs` the calls before; -1 is the image. */
  calls: z
    .array(z.strictObject({ layer: position, inputs: z.array(z.union([position, z.literal(-1)])).min(1) }))
    .min(1)
    .max(2000),
});
export type Architecture = z.infer<typeof architectureSchema>;

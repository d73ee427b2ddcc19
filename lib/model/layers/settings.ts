import { z } from 'zod';

/**
 * Schemas for the settings of layers in Keras 2, Keras 3 and TensorFlow.js. A setting that is kept affects the predictions
 * or further training. A setting that is only checked must have a value that does not change predictions. Anything else
 * is refused, because a model that is read incorrectly still makes predictions.
 */
export const layerName = z
  .string()
  .regex(
    /^[\p{L}\p{N}_][\p{L}\p{N}_.:/ -]{0,199}$/u,
    'a layer name is 1 to 200 characters: letters, digits, spaces, "_", ".", ":", "/" and "-", the first of them a letter, a digit or "_"',
  );

export const size = z
  .int()
  .min(1)
  .max(1 << 24);
/** Keras writes pairs; hand-written configurations may have one number. */
export const sizePair = z.union([
  z.tuple([size, size]),
  size.transform((both): [number, number] => [both, both]),
]);
/** For layers over sequences; Keras writes a list with one entry. */
export const singleSize = z.union([size, z.tuple([size]).transform(([only]) => only)]);
const margin = z
  .int()
  .min(0)
  .max(1 << 12);
/** [[top, bottom], [left, right]]. */
export const margins = z.tuple([z.tuple([margin, margin]), z.tuple([margin, margin])]);
export const noDilation = z.tuple([z.literal(1), z.literal(1)]);

export const padding = z.enum(['valid', 'same']);
export const flag = (byDefault: boolean) => z.boolean().default(byDefault);
export const absent = z.null('is not supported: it must be null').optional();
export const off = z.literal(false).optional();
/** Affects initial weights or training, not predictions. */
export const ignored = z.unknown().optional();
export const channelsLast = z
  .literal('channels_last', 'only channels_last is read: the channels must be the last dimension')
  .nullish();

const penaltyFactor = z.number().min(0).default(0);
const l1l2 = z
  .object({
    class_name: z.enum(['L1L2', 'L1', 'L2']),
    config: z.object({ l1: penaltyFactor, l2: penaltyFactor }),
  })
  .transform(({ config: { l1, l2 } }) => ({ class_name: 'L1L2', config: { l1, l2 } }) as const);
/** Kept for further training where all formats support it; other kinds do not change predictions either. */
export const kernelRegularizer = z
  .union([
    l1l2,
    z.looseObject({ class_name: z.string() }).transform(() => null),
    z.string().transform(() => null),
  ])
  .nullable()
  .default(null);

/** An object in Keras 3, a string in Keras 2. A mixed policy computes in float16 with float32 weights. */
const precisions = ['float32', 'mixed_float16', 'mixed_bfloat16', 'float16', 'float64'];
const dtypePolicy = z
  .looseObject({
    class_name: z.enum(['DTypePolicy', 'FloatDTypePolicy', 'Policy', 'PolicyV1']),
    config: z.looseObject({ name: z.string() }),
  })
  .transform(({ config }) => config.name);
export const dtype = z
  .custom(
    (value) => precisions.includes(String(dtypePolicy.safeParse(value).data ?? value)),
    `must be one of ${precisions.join(', ')}`,
  )
  .optional();

const openSize = size.nullable();
/** [batch, …]: the size of the batch is ignored. */
export const batchShape = z
  .tuple([openSize], openSize)
  .refine((shape) => shape.length > 1, 'has no size but the batch');

/** Shape of one input or output, without the batch; `null` for any size. */
export type Shape = readonly (number | null)[];

export const convolutionSettings = {
  kernel_initializer: ignored,
  bias_initializer: ignored,
  bias_regularizer: ignored,
  kernel_constraint: ignored,
  bias_constraint: ignored,
};

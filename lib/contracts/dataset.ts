import { z } from 'zod';
import { classNamesSchema } from './class-names-schema';
import { imageShapeSchema } from './image-shape';

export const splitSchema = z.enum(['train', 'test']);
export type Split = z.infer<typeof splitSchema>;

/** Lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const countSchema = z.int().min(0);

const sourceFileSchema = z.strictObject({
  /** Key of the uncompressed IDX file in the store. */
  key: z.string(),
  sha256: sha256Schema,
  bytes: countSchema,
});

/** One shard: which rows of which raw files it holds, and its key. Self-contained: a worker needs only its map item. */
export const shardPlanSchema = z.strictObject({
  split: splitSchema,
  /** Position within the split, from 0. */
  index: countSchema,
  /** First image of the split that belongs to this shard. */
  firstRow: countSchema,
  rowCount: z.int().min(1),
  imageShape: imageShapeSchema,
  imagesKey: z.string(),
  labelsKey: z.string(),
  /** Offset of the first pixel of row 0 in the images file: the size of the header in bytes. */
  imagesOffset: countSchema,
  labelsOffset: countSchema,
  shardKey: z.string(),
});
export type ShardPlan = z.infer<typeof shardPlanSchema>;

/** `plan.json`: the shards that the step `shard` makes, written before any of them. */
export const datasetPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  dataset: z.string(),
  contentKey: z.string(),
  preprocessingVersion: z.int(),
  imageShape: imageShapeSchema,
  sourceFiles: z.strictObject({
    trainImages: sourceFileSchema,
    trainLabels: sourceFileSchema,
    testImages: sourceFileSchema,
    testLabels: sourceFileSchema,
  }),
  shards: z.array(shardPlanSchema).min(2),
});
export type DatasetPlan = z.infer<typeof datasetPlanSchema>;

const splitSummarySchema = z.strictObject({
  rowCount: z.int().min(1),
  /** How many images carry label 0, 1, …, up to the highest label of the dataset. */
  labelCounts: z.array(countSchema).min(1),
  /** Over all normalized pixels of the split, in [0, 1]. */
  pixelMean: z.number(),
  /** Population standard deviation over the same pixels. */
  pixelStandardDeviation: z.number(),
  shards: z
    .array(
      z.strictObject({ key: z.string(), rowCount: z.int().min(1), sha256: sha256Schema, bytes: countSchema }),
    )
    .min(1),
});

/** `manifest.json`: the commit marker of a prepared dataset. It exists only if every shard exists. */
export const datasetManifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  dataset: z.string(),
  contentKey: z.string(),
  preprocessingVersion: z.int(),
  imageShape: imageShapeSchema,
  /** One for each class. Absent in manifests of earlier versions, whose classes are named by their numbers. */
  classNames: classNamesSchema.optional(),
  /** The value of the source that is 1 in the shards. Absent in manifests of earlier versions: 255. */
  white: z.number().positive().optional(),
  /** float32 pixels, `u / 255`. */
  dtype: z.literal('float32'),
  sourceFiles: datasetPlanSchema.shape.sourceFiles,
  train: splitSummarySchema,
  test: splitSummarySchema,
  firstTrainingImage: z.strictObject({ key: z.string(), label: countSchema }),
});
export type DatasetManifest = z.infer<typeof datasetManifestSchema>;

/** Measurements of one shard's worker; integers, so that sums over shards are exact. */
export const shardResultSchema = z.strictObject({
  split: splitSchema,
  index: countSchema,
  rowCount: z.int().min(1),
  sha256: sha256Schema,
  bytes: countSchema,
});
export type ShardResult = z.infer<typeof shardResultSchema>;

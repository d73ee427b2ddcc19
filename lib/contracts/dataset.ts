import { z } from 'zod';
import { classNamesSchema } from './class-names-schema';
import { conversionSchema } from './conversion';
import { imageShapeSchema } from './image-shape';
import { sliceSchema } from './slices';

export const splitSchema = z.enum(['train', 'test']);
export type Split = z.infer<typeof splitSchema>;

/** Lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const countSchema = z.int().min(0);

const sourceSchema = z.strictObject({
  kind: z.enum(['idx', 'npz', 'csv', 'parquet', 'images']),
  /** "four IDX files". */
  description: z.string(),
  /** As the user gave it. */
  location: z.string(),
});

/** The images of a part that belong to one split, and the first shard of that split that has some of them. */
const partOfSplitSchema = z.strictObject({ firstShard: countSchema, rowCount: countSchema });

/**
 * What one worker reads in order, and of which it makes one or several shards. Self-contained: a worker needs only its
 * map item.
 */
export const partSchema = z.strictObject({
  dataset: z.string(),
  contentKey: z.string(),
  index: countSchema,
  /** Position in the source, over all of its files. */
  firstRow: countSchema,
  rowCount: z.int().min(1),
  /** Of its rows of the rows table. */
  rowsSha256: sha256Schema,
  /** Where the files of the slice are: as the user gave it, or in a folder of the store. */
  files: z.union([z.strictObject({ location: z.string() }), z.strictObject({ rawFolder: z.string() })]),
  slice: sliceSchema,
  /** Whether the plan stored the names of its files. */
  hasNames: z.boolean(),
  conversion: conversionSchema,
  classCount: z.int().min(1),
  train: partOfSplitSchema,
  test: partOfSplitSchema,
});
export type DatasetPart = z.infer<typeof partSchema>;

const preparedSchema = z.strictObject({
  schemaVersion: z.literal(2),
  dataset: z.string(),
  contentKey: z.string(),
  preprocessingVersion: z.int(),
  source: sourceSchema,
  /** One for each class. */
  classNames: classNamesSchema,
});

/** `plan.json`: the parts from which the step `shard` makes the shards, written before any of them. */
export const datasetPlanSchema = preparedSchema.extend({
  conversion: conversionSchema,
  /** How many unreadable images are tolerated. */
  skipUnreadable: countSchema,
  dropDuplicates: z.boolean(),
  rowCounts: z.strictObject({ train: countSchema, test: countSchema }),
  shardCount: z.int().min(2),
  parts: z.array(partSchema).min(1),
});
export type DatasetPlan = z.infer<typeof datasetPlanSchema>;

const shardSummarySchema = z.strictObject({
  key: z.string(),
  rowCount: z.int().min(1),
  sha256: sha256Schema,
  bytes: countSchema,
  /** Rows of the file that do not count, ascending: duplicates that were dropped. */
  without: z.array(countSchema).optional(),
});

const splitSummarySchema = z.strictObject({
  rowCount: z.int().min(1),
  /** How many images each class has. */
  labelCounts: z.array(countSchema).min(1),
  /** Over all normalized values of the split, in [0, 1]. */
  pixelMean: z.number(),
  /** Population standard deviation over the same values. */
  pixelStandardDeviation: z.number(),
  shards: z.array(shardSummarySchema).min(1),
});

const unreadableImageSchema = z.strictObject({ name: z.string(), problem: z.string() });
export type UnreadableImage = z.infer<typeof unreadableImageSchema>;

const manifestSchema = preparedSchema.extend({
  imageShape: imageShapeSchema,
  /** The value of the source that became 255. */
  white: z.number().positive(),
  /** The value of the source that became 0, if it is another one. */
  black: z.number().optional(),
  /** float32 values, `u / 255`. */
  dtype: z.literal('float32'),
  train: splitSummarySchema,
  test: splitSummarySchema,
  firstTrainingImage: z.strictObject({ key: z.string(), label: countSchema }),
  /** Training images that are, value for value, also test images. */
  duplicates: z.strictObject({ count: countSchema, examples: z.array(z.string()) }),
  unreadable: z.array(unreadableImageSchema),
});
export type DatasetManifest = z.infer<typeof manifestSchema>;

/** `manifest.json`: the commit marker of a prepared dataset. It exists only if every shard exists. */
export const datasetManifestSchema = z.preprocess(upgradeManifest, manifestSchema);

/** Of each split, what a worker counted; integers, so that sums over parts are exact. */
const splitCountsSchema = z.strictObject({
  /** Of each class. */
  labelCounts: z.array(countSchema),
  /** How often each of the 256 values occurs. */
  pixelCounts: z.array(countSchema).length(256),
});
export type SplitCounts = z.infer<typeof splitCountsSchema>;

/** What a worker found in its part. */
export const partResultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  index: countSchema,
  shards: z.array(shardSummarySchema.omit({ without: true }).extend({ split: splitSchema })),
  train: splitCountsSchema,
  test: splitCountsSchema,
  /** SHA-256 of the object with a hash of each row. */
  hashesSha256: sha256Schema,
  /** Images whose values are all equal: their number, and the names of some. */
  constant: z.strictObject({ count: countSchema, examples: z.array(z.string()) }),
  unreadable: z.strictObject({ count: countSchema, examples: z.array(unreadableImageSchema) }),
  /** What makes the dataset unusable: sentences, of which some may be left out. */
  problems: z.strictObject({ count: countSchema, examples: z.array(z.string()) }),
});
export type PartResult = z.infer<typeof partResultSchema>;

/** Datasets that were prepared before there were sources other than IDX files, and before classes had names. */
function upgradeManifest(stored: unknown): unknown {
  const earlier = earlierManifestSchema.safeParse(stored).data;
  if (earlier === undefined) return stored;
  const { sourceFiles, ...manifest } = earlier;
  const classCount = Math.max(manifest.train.labelCounts.length, manifest.test.labelCounts.length);
  return {
    ...manifest,
    schemaVersion: 2,
    source: { kind: 'idx', description: 'four IDX files', location: manifest.dataset },
    classNames: Array.from({ length: classCount }, (_, label) => String(label)),
    white: 255,
    duplicates: { count: 0, examples: [] },
    unreadable: [],
  };
}

const earlierManifestSchema = z.looseObject({
  schemaVersion: z.literal(1),
  dataset: z.string(),
  sourceFiles: z.unknown(),
  train: z.looseObject({ labelCounts: z.array(countSchema) }),
  test: z.looseObject({ labelCounts: z.array(countSchema) }),
});

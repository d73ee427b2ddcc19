import { z } from 'zod';
import { classNamesSchema } from './class-names-schema';
import { computeSchema } from './compute';
import { sha256Schema } from './dataset';
import { runIdSchema, runSettingsSchema } from './run-config';

const fractionSchema = z.number().min(0).max(1);
const secondsSchema = z.number().min(0);

/** One epoch, with the names that Keras uses. `acc` and `loss` are means over the training batches, with dropout on. */
export const epochSchema = z.strictObject({
  epoch: z.int().min(1),
  loss: z.number(),
  acc: fractionSchema,
  val_loss: z.number(),
  val_acc: fractionSchema,
  seconds: secondsSchema,
});
export type Epoch = z.infer<typeof epochSchema>;

/** `history.json`. */
export const historySchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  epochs: z.array(epochSchema).min(1),
});

/** The header of a checkpoint. Its tensors: weights, Adam's moments, and the best weights if `hasBestWeights`. */
export const checkpointHeaderSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  contentKey: z.string(),
  /** Training steps so far, over all epochs. */
  step: z.int().min(1),
  /** Of the current epoch. */
  totals: z.strictObject({
    loss: z.number(),
    correctCount: z.int().min(0),
    finiteStepCount: z.int().min(0),
  }),
  epochSeconds: secondsSchema,
  history: z.array(epochSchema),
  hasBestWeights: z.boolean(),
  /** Images that are shuffled together. Absent: all of them. */
  windowRows: z.int().min(1).optional(),
});
export type CheckpointHeader = z.infer<typeof checkpointHeaderSchema>;

/** `spending.json`: the training time that a run with a cost limit has used. */
export const trainingSpendingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  /** Of all attempts so far, plus a little in advance: an attempt may be killed before it can write. */
  seconds: secondsSchema,
});

/** Where a step ran, for lineage and to compare runs. */
export const environmentSchema = z.strictObject({
  engine: z.enum(['native', 'wasm']),
  /** `cpu` or the GPU's name. */
  device: z.string(),
  /** TensorFlow's own version for `native`, the WASM backend's for `wasm`. */
  tensorflowVersion: z.string(),
  tfjsVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().min(1),
});
export type Environment = z.infer<typeof environmentSchema>;

/** `training.json`: the result of the step `train`, written after the model. */
export const trainingRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  contentKey: z.string(),
  environment: environmentSchema,
  /** Null for a local run. */
  compute: computeSchema.nullable(),
  parameterCount: z.int().min(1),
  stepCount: z.int().min(1),
  /** The epoch whose weights the model has: the last one, or the best one with early stopping. */
  epoch: z.int().min(1),
  /** Training steps of earlier processes; 0 for a training that was not resumed. */
  resumedFromStep: z.int().min(0),
  seconds: secondsSchema,
  /** SHA-256 of the weights file: equal seeds give equal values. */
  weightsSha256: sha256Schema,
  /** Largest resident set of the process that trained. Absent in runs of earlier versions. */
  peakMemoryBytes: z.int().min(1).optional(),
  /** Images that were shuffled together, read from shards during the training. Absent: all were in memory. */
  windowRows: z.int().min(1).optional(),
  /** Git commit of the program, with `-dirty` after it if files differed from the commit. Absent if unknown. */
  sourceCommit: z
    .string()
    .regex(/^[0-9a-f]{40,64}(-dirty)?$/)
    .optional(),
});

const predictionSchema = z.strictObject({
  /** Row in the test set, from 0. */
  index: z.int().min(0),
  label: z.int().min(0),
  predicted: z.int().min(0),
  /** [classes], sums to 1. */
  probabilities: z.array(fractionSchema),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** Absent: the test images. Validation images are counted in their order among the training images. */
const evaluatedOnSchema = z.literal('validation').optional();

/** `predictions.json`: the first ten test images, in order. */
export const predictionsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  evaluatedOn: evaluatedOnSchema,
  /** Of the classes 0, 1, … Absent in runs of earlier versions, whose classes are named by their numbers. */
  classNames: classNamesSchema.optional(),
  predictions: z.array(predictionSchema).min(1),
});
export type Predictions = z.infer<typeof predictionsSchema>;

const classMetricsSchema = z.strictObject({
  label: z.int().min(0),
  /** Of the class. Absent in runs of earlier versions. */
  name: z.string().optional(),
  /** 0 for a class that was never predicted, as with scikit-learn's `zero_division=0`. */
  precision: fractionSchema,
  recall: fractionSchema,
  f1: fractionSchema,
  /** Number of test images with this label. */
  support: z.int().min(0),
});

/** `metrics.json`: over the whole test set, or over the validation images. */
export const metricsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  evaluatedOn: evaluatedOnSchema,
  /** Images that the run is measured on. */
  testCount: z.int().min(1),
  errorCount: z.int().min(0),
  accuracy: fractionSchema,
  /** Mean sparse categorical cross-entropy, natural logarithm, without the regularization term. */
  loss: z.number(),
  classes: z.array(classMetricsSchema),
  /** [classes][classes]: rows are true labels, columns are predictions. */
  confusionMatrix: z.array(z.array(z.int().min(0))),
  /** Wrong predictions, the most confident first. */
  worstMistakes: z.array(
    z.strictObject({
      index: z.int().min(0),
      label: z.int().min(0),
      predicted: z.int().min(0),
      /** Probability of the wrong prediction. */
      confidence: fractionSchema,
    }),
  ),
});
export type Metrics = z.infer<typeof metricsSchema>;

export const phaseSchema = z.strictObject({
  name: z.enum(['preprocess', 'train', 'evaluate']),
  /** Measured by the steps; for the preprocessing, the sum over its workers, which run in parallel in the cloud. */
  seconds: secondsSchema,
});
export type Phase = z.infer<typeof phaseSchema>;

/** Of phases, epochs, or trials. */
export const sumSeconds = (timed: readonly { readonly seconds: number }[]) =>
  timed.reduce((sum, { seconds }) => sum + seconds, 0);

const artifactSchema = z.strictObject({ key: z.string(), bytes: z.int().min(0), sha256: sha256Schema });

/** `run.json`: the commit marker of a run, written last. A run without it is unfinished. */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  /** `rejected`: the run is complete, but its accuracy is below `minAccuracy`. */
  status: z.enum(['accepted', 'rejected']),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  config: runSettingsSchema,
  dataset: z.strictObject({ name: z.string(), contentKey: z.string(), manifestSha256: sha256Schema }),
  environment: environmentSchema,
  phases: z.array(phaseSchema),
  /** Estimated in US dollars by lib/pipeline/cost.ts; null for a local run. */
  costUsd: z.number().min(0).nullable(),
  accuracy: fractionSchema,
  loss: z.number(),
  testCount: z.int().min(1),
  errorCount: z.int().min(0),
  /** Every file of the run, with the checksum that was recorded when it was written. */
  artifacts: z.array(artifactSchema),
  /** The package's version. */
  pipelineVersion: z.string(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** `models/<name>/latest.json`: the accepted run of a model that finished last. */
export const latestModelSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelName: z.string(),
  runId: runIdSchema,
  accuracy: fractionSchema,
  promotedAt: z.iso.datetime(),
});
export type LatestModel = z.infer<typeof latestModelSchema>;

import { z } from 'zod';
import { sha256Schema } from './dataset';

/**
 * Starts with a letter or digit, so that it cannot leave `runs/`; at most 80 characters, so that it can be the name of a
 * Step Functions execution.
 */
export const runIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/,
    'a run id is 1 to 80 characters: letters, digits, "-" and "_", starting with a letter or digit',
  );

const modelNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'a model name is 1 to 63 characters: lower-case letters, digits and "-", starting with a letter or digit',
  );

/**
 * The whole configuration of a run. `{}` is the default configuration:
 * Flatten → Dropout 0.1 → Dense 1024 → Dropout 0.1 → Dense 512 → Dropout 0.1 → Dense 256 → Dropout 0.1 → Dense 10,
 * Adam, sparse categorical cross-entropy, 10 epochs, batch 512, the test set as validation data.
 */
export const runConfigSchema = z.strictObject({
  /** `mnist`, a folder with the four IDX files, or `s3://bucket/prefix`. */
  dataset: z.string().min(1).default('mnist'),
  /** Labels are 0 … classes-1; the width of the output layer. */
  classes: z.int().min(2).max(1000).default(10),
  epochs: z.int().min(1).max(1000).default(10),
  batchSize: z.int().min(1).max(65_536).default(512),
  /** Units of each hidden layer, first to last. `[512]` is a smaller variant with one hidden layer. */
  hidden: z.array(z.int().min(1).max(16_384)).max(16).default([1024, 512, 256]),
  /** Fraction of the inputs that is dropped before every dense layer. */
  dropout: z.number().min(0).lt(1).default(0.1),
  /** Kernel regularization: adds `l2 · Σ kernel²` to the training loss; 0.0003 is a common value. */
  l2: z.number().min(0).max(1).default(0),
  /** Step size of Adam. */
  learningRate: z.number().gt(0).max(1).default(0.001),
  /** `constant`; `cosine` falls to 0 over the run; `plateau` halves after two epochs without a lower validation loss. */
  schedule: z.enum(['constant', 'cosine', 'plateau']).default('constant'),
  /** Maximum global norm of the gradients, as Keras' `global_clipnorm`; 0 clips nothing. */
  clipNorm: z.number().min(0).max(1e6).default(0),
  /** Early stopping: epochs without a lower validation loss until training ends with the best weights; 0 is off. */
  patience: z.int().min(0).max(1000).default(0),
  /** Training steps between two checkpoints; 0 writes checkpoints only after each epoch. */
  checkpointSteps: z.int().min(0).max(1_000_000).default(0),
  /** Seeds the initial weights, the shuffles and the dropout masks. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** `auto` uses native TensorFlow where it is available, and WASM elsewhere. */
  engine: z.enum(['auto', 'native', 'wasm']).default('auto'),
  /** `gpu` fails if native TensorFlow finds no GPU; `auto` uses a GPU if there is one. */
  device: z.enum(['auto', 'cpu', 'gpu']).default('auto'),
  /** The quality gate: a run with a lower test accuracy fails, and its model is not registered. */
  minAccuracy: z.number().min(0).max(1).default(0),
  /** Name of the model under `models/`. */
  modelName: modelNameSchema.default('mnist-mlp'),
  /**
   * Maximum cost of the training machine in US dollars, at the list price of us-east-1; 0 sets no limit. The Lambda
   * functions cost extra: for MNIST, some tenths of a cent. A local run has no cost.
   */
  maxCostUsd: z.number().min(0).max(100_000).default(0),
  /** Another run with the same settings, except for limits and names: training continues from its newest checkpoint. */
  resumeFrom: runIdSchema.optional(),
  /** Fine-tuning: SHA-256 of the initial weights, which `train --from` stores. */
  initialWeightsSha256: sha256Schema.optional(),
});
export type RunConfig = z.infer<typeof runConfigSchema>;

/** `runs/<runId>/config.json`: the configuration of the run, with the defaults. */
export const storedRunConfigSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  createdAt: z.iso.datetime(),
  config: runConfigSchema,
});
export type StoredRunConfig = z.infer<typeof storedRunConfigSchema>;

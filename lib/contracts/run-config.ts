import { z } from 'zod';
import { sha256Schema } from './dataset';
import { datasetSettingsShape, findClassContradictions } from './dataset-settings';
import { findContradictions } from './setting-conditions';

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

/** The names of the models that are built from settings. */
export const builtInModels = ['mlp', 'cnn'] as const;

const modelSchema = z
  .string()
  .regex(
    new RegExp(`^(${builtInModels.join('|')}|[0-9a-f]{64})$`),
    'a model is mlp, cnn, or the SHA-256 of a stored architecture',
  );

/** Every setting of a run by itself: what each may be, without what they mean together. */
export const runSettingsSchema = z.strictObject({
  ...datasetSettingsShape,
  /**
   * Stratified part of the training images that is held out as validation data; 0 takes the test set instead, as the
   * Keras example does.
   */
  validationFraction: z.number().min(0).max(0.5).default(0),
  /**
   * Cross-validation: divides the training images into this many parts, stratified and drawn from the seed; one of them is
   * the validation data. 0 for none.
   */
  folds: z.int().min(0).max(20).default(0),
  /** `folds`: the part that is the validation data, counted from 1. */
  fold: z.int().min(1).max(20).default(1),
  /** `validation` measures the run on its validation data, and never on the test images; it is not registered. */
  evaluateOn: z.enum(['test', 'validation']).default('test'),
  /**
   * Training images that are in memory and shuffled together; shards are read for the others when their turn comes.
   * 0: all of them, or as many as fit a quarter of the memory.
   */
  shuffleWindow: z.int().min(0).max(1_000_000_000).default(0),
  epochs: z.int().min(1).max(1000).default(10),
  batchSize: z.int().min(1).max(65_536).default(512),
  /** `mlp`, `cnn`, or the SHA-256 of an architecture that `train --model FILE` has stored. */
  model: modelSchema.default('mlp'),
  /** `mlp`: units of each hidden layer, first to last. `[512]` is a smaller variant with one hidden layer. */
  hidden: z.array(z.int().min(1).max(16_384)).max(16).default([1024, 512, 256]),
  /** `cnn`: filters of the two convolutions of each block, first to last; a block ends in a pooling that halves the image. */
  filters: z.array(z.int().min(1).max(1024)).min(1).max(8).default([24, 48, 96]),
  /** Fraction that is dropped: `mlp` drops the inputs of every dense layer, `cnn` those of its one dense layer. */
  dropout: z.number().min(0).lt(1).default(0.1),
  /** Kernel regularization: adds `l2 · Σ kernel²` to the training loss; 0.0003 is a common value. */
  l2: z.number().min(0).max(1).default(0),
  /** Keras' optimizers of these names: `adamw` is Adam with `weightDecay`, `sgd` has `momentum`. */
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  /** Step size of the optimizer; with a schedule, its largest. */
  learningRate: z.number().gt(0).max(1).default(0.001),
  /** `sgd`: the part of the previous step that is added to the next; 0 for none. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** `sgd`: Nesterov's momentum, which looks one step ahead. */
  nesterov: z.boolean().default(false),
  /** `adamw`: each step also subtracts `learningRate · weightDecay · weight`; Loshchilov and Hutter, arXiv:1711.05101. */
  weightDecay: z.number().min(0).max(1).default(0.004),
  /**
   * `constant`; `cosine` falls to 0 over the run; `plateau` halves after two epochs without a lower validation loss;
   * `one-cycle` rises over the first fifth of the run and falls to 0 over the rest.
   */
  schedule: z.enum(['constant', 'cosine', 'plateau', 'one-cycle']).default('constant'),
  /** Epochs in which the learning rate rises linearly from 0, before the schedule; a fraction is allowed, 0 is none. */
  warmupEpochs: z.number().min(0).max(1000).default(0),
  /** Part of each label that is spread evenly over all classes; Szegedy et al., arXiv:1512.00567. 0 for none. */
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /**
   * Exponential moving average of the weights, which the model gets and the validation uses; 0.999 averages over about
   * 1000 training steps. 0 for none.
   */
  emaDecay: z.number().min(0).lt(1).default(0),
  /** Maximum global norm of the gradients, as Keras' `global_clipnorm`; 0 clips nothing. */
  clipNorm: z.number().min(0).max(1e6).default(0),
  /** Augmentation: shifts each training image by up to this many pixels, in both directions; 0 for none. */
  shiftPixels: z.number().min(0).max(1000).default(0),
  /** Augmentation: rotates by up to this angle; 0 for none. */
  rotationDegrees: z.number().min(0).max(180).default(0),
  /** Augmentation: scales height and width by 1 ± up to this; 0 for none. */
  zoomFraction: z.number().min(0).max(0.9).default(0),
  /** Augmentation: shears by up to this many pixels for each pixel of height; 0 for none. */
  shearFraction: z.number().min(0).max(2).default(0),
  /** Augmentation: strength of elastic deformations; Simard, Steinkraus and Platt, ICDAR 2003, who use 34. 0 for none. */
  elasticPixels: z.number().min(0).max(1000).default(0),
  /** Standard deviation in pixels of the Gaussian that smooths elastic deformations. */
  elasticSigma: z.number().min(0.5).max(100).default(4),
  /** Early stopping: epochs without a lower validation loss until training ends with the best weights; 0 is off. */
  patience: z.int().min(0).max(1000).default(0),
  /** Training steps between two checkpoints; 0 writes checkpoints only after each epoch. */
  checkpointSteps: z.int().min(0).max(1_000_000).default(0),
  /** Seeds the initial weights, the shuffles, the dropout masks, the augmentation and the held out images. */
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
export type RunConfig = z.infer<typeof runSettingsSchema>;

const defaultSettings: Partial<RunConfig> = runSettingsSchema.parse({});

/** A check for zod: a setting that differs from its default and has no effect beside the others is an error. */
export function refuseContradictions(
  settings: Omit<RunConfig, 'initialWeightsSha256'>,
  { addIssue }: Pick<z.RefinementCtx, 'addIssue'>,
): void {
  const problems = [...findContradictions(settings, defaultSettings), ...findClassContradictions(settings)];
  for (const { name, problem } of problems) {
    addIssue({ code: 'custom', path: [name], message: problem, input: settings[name] });
  }
}

/**
 * The whole configuration of a run. `{}` is the default configuration:
 * Flatten → Dropout 0.1 → Dense 1024 → Dropout 0.1 → Dense 512 → Dropout 0.1 → Dense 256 → Dropout 0.1 → Dense 10,
 * Adam, sparse categorical cross-entropy, 10 epochs, batch 512, the test set as validation data.
 */
export const runConfigSchema = runSettingsSchema.superRefine(refuseContradictions);

/**
 * `runs/<runId>/config.json`: the configuration of the run, with the defaults. It has the defaults of its time, so a setting
 * without effect may differ from the default of today.
 */
export const storedRunConfigSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  createdAt: z.iso.datetime(),
  config: runSettingsSchema,
});
export type StoredRunConfig = z.infer<typeof storedRunConfigSchema>;

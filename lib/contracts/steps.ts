import { z } from 'zod';
import { computeSchema, lambdaMemoryMib } from './compute';
import { partSchema } from './dataset';
import type { FailureName } from './failure-states';
import { givenSettingsSchema, startSettings } from './given-settings';
import { objectKeys } from './object-keys';
import { latestModelSchema, phaseSchema } from './results';
import { refuseContradictions, runConfigSchema, runIdSchema } from './run-config';

/** Passed from step to step: pointers and small numbers, never a payload. */
const datasetPointer = { dataset: z.string(), contentKey: z.string() };

export const planInputSchema = z.strictObject({ runId: runIdSchema, config: runConfigSchema });
export type PlanInput = z.infer<typeof planInputSchema>;

export const planOutputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** `true`: a manifest for exactly these bytes exists, and no shard has to be made. */
  isPrepared: z.boolean(),
  /** A message for users: why the shards are, or are not, made again. */
  reason: z.string(),
  shardCount: z.int().min(2),
});
export type PlanOutput = z.infer<typeof planOutputSchema>;

/** Added to the output of a Lambda step: the seconds since its function was called. */
const measured = { seconds: z.number().min(0) };

/**
 * The input of `StartExecution`: the settings of a run, all optional, a preset for the others, and how to train. `{}`
 * trains the default configuration on MNIST. An architecture and initial weights are in the bucket already: `train
 * --cloud` uploads them. The result has the settings of the preset instead of its name.
 */
export const executionInputSchema = z
  .preprocess(
    (input) => (isObject(input) ? startSettings(input) : input),
    givenSettingsSchema.extend({
      /** @default - the stack's first */
      compute: computeSchema.optional(),
      /** @default - the name of the execution */
      runId: runIdSchema.optional(),
      /** The training pauses when it has this many epochs; an execution of the same run continues it. @default - no pause */
      pauseAfterEpoch: z.int().min(1).optional(),
      /** What a sweep gives this run of its own limit, beside `maxCostUsd`; for all trainings of the run. @default - no limit */
      costLimitUsd: z.number().gt(0).optional(),
    }),
  )
  .superRefine(refuseContradictions);
export type ExecutionInput = z.infer<typeof executionInputSchema>;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The output of the step `plan`, as it enters the state. */
export const executionPlanSchema = planOutputSchema.extend({
  compute: computeSchema,
  /** The time that `maxCostUsd`, or a lower `costLimitUsd`, pays for, over all attempts; 0 for no limit. */
  trainingSecondsLimit: z.number().min(0),
  /** 0 for no pause. */
  pauseAfterEpoch: z.int().min(0),
  /** Whether the run, which the input names, had its results before. */
  isFinished: z.boolean(),
  ...measured,
});
export type ExecutionPlan = z.infer<typeof executionPlanSchema>;

const shardOutputSchema = z.strictObject({ shardCount: z.int().min(0), ...measured });

export const commitInputSchema = z.strictObject(datasetPointer);
export type CommitInput = z.infer<typeof commitInputSchema>;
const commitOutputSchema = z.strictObject({
  trainCount: z.int().min(1),
  testCount: z.int().min(1),
  ...measured,
});

export const trainInputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** Absent locally. */
  compute: computeSchema.optional(),
  /** For all attempts together; absent, or 0, for no limit. */
  trainingSecondsLimit: z.number().min(0).optional(),
  /** The training pauses when it has this many epochs, and continues later to the same bytes. @default - no pause */
  pauseAfterEpoch: z.int().min(1).optional(),
});
export type TrainInput = z.infer<typeof trainInputSchema>;

export const trainOutputSchema = z.strictObject({
  runId: runIdSchema,
  seconds: z.number(),
  /** The epochs that a paused training has. Absent: the run is trained. */
  pausedAfterEpoch: z.int().min(1).optional(),
});
export type TrainOutput = z.infer<typeof trainOutputSchema>;

export const evaluateInputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** The phases before this one, for the report and run.json. */
  phases: z.array(phaseSchema),
  /** Price of one hour of the most expensive GPU type in US dollars; absent locally, unused without a GPU. */
  gpuHourUsd: z.number().gt(0).optional(),
});
export type EvaluateInput = z.infer<typeof evaluateInputSchema>;

export const evaluateOutputSchema = z.strictObject({
  runId: runIdSchema,
  accuracy: z.number(),
  minAccuracy: z.number(),
  isAccepted: z.boolean(),
});
export type EvaluateOutput = z.infer<typeof evaluateOutputSchema>;

export const registerInputSchema = z.strictObject({ runId: runIdSchema });
export type RegisterInput = z.infer<typeof registerInputSchema>;
const registerOutputSchema = z.union([
  latestModelSchema,
  /** The run was measured on its validation data. */
  z.strictObject({ runId: runIdSchema, isRegistered: z.literal(false) }),
]);
export type RegisterOutput = z.infer<typeof registerOutputSchema>;

interface PipelineStep {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** The step's rights: key patterns of the artifact bucket, made from the keys that the step's code uses. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly failure: FailureName;
  /** Its Lambda function, functions/<name>/handler.ts; a step without one runs in the training container. */
  readonly lambda?: { readonly memoryMib: number; readonly timeoutMinutes: number };
}

const any = '*';
const prepared = objectKeys.preparedFolder(any, any);
const run = objectKeys.run(any);
/** Lambda's maximum, for the steps whose duration grows with the dataset. */
export const longestTimeoutMinutes = 15;

/** The steps of the pipeline, in order. Functions, rights, logs and tests are derived from this table. */
export const pipelineSteps = {
  plan: {
    input: executionInputSchema,
    output: executionPlanSchema,
    reads: [
      `${objectKeys.uploads}*`,
      objectKeys.rawFile(any, any),
      `${prepared}*`,
      objectKeys.config(any),
      objectKeys.runRecord(any),
      // To see whether a run is registered already when its event arrives again.
      objectKeys.latestModel(any),
      objectKeys.architecture(any),
    ],
    writes: [
      objectKeys.rawFile(any, any),
      objectKeys.rowsTable(any, any),
      `${prepared}part-*.names.json`,
      objectKeys.plan(any, any),
      objectKeys.config(any),
    ],
    failure: 'preprocess',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  shard: {
    input: partSchema,
    output: shardOutputSchema,
    reads: [
      `${objectKeys.uploads}*`,
      objectKeys.rawFile(any, any),
      objectKeys.rowsTable(any, any),
      `${prepared}part-*.names.json`,
    ],
    writes: [`${prepared}*.npz`, `${prepared}part-*.hashes.bin`, `${prepared}part-*.result.json`],
    failure: 'preprocess',
    // A compressed file is read by one worker from its beginning to its end.
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  commit: {
    input: commitInputSchema,
    output: commitOutputSchema,
    reads: [`${prepared}*`],
    writes: [`${prepared}first-training-image-label-*.png`, objectKeys.manifest(any, any)],
    failure: 'preprocess',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  train: {
    input: trainInputSchema,
    output: trainOutputSchema,
    reads: [
      `${prepared}*`,
      `${run}*`,
      `${objectKeys.checkpoints}*`,
      objectKeys.architecture(any),
      objectKeys.initialWeights(any),
    ],
    writes: [
      `${objectKeys.checkpoints}*`,
      objectKeys.history(any),
      objectKeys.progressPage(any),
      objectKeys.historyTable(any),
      objectKeys.tensorboardEvents(any, any),
      objectKeys.augmentedExamples(any),
      objectKeys.training(any),
      objectKeys.trainingOutcome(any),
      `${run}model/*`,
      objectKeys.tryItPage(any),
      objectKeys.tryItExamples(any),
    ],
    failure: 'train',
  },
  evaluate: {
    input: evaluateInputSchema,
    output: evaluateOutputSchema,
    reads: [`${prepared}*`, `${run}*`],
    writes: [
      `${run}evaluation/*`,
      objectKeys.modelCard(any),
      objectKeys.report(any),
      objectKeys.runRecord(any),
    ],
    failure: 'evaluate',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  register: {
    input: registerInputSchema,
    output: registerOutputSchema,
    reads: [objectKeys.runRecord(any), objectKeys.latestModel(any)],
    writes: [objectKeys.latestModel(any)],
    failure: 'register',
    lambda: { memoryMib: 256, timeoutMinutes: 2 },
  },
} as const satisfies Record<string, PipelineStep>;

export type StepName = keyof typeof pipelineSteps;
export const stepNames = Object.keys(pipelineSteps) as StepName[];
export type StepOutput<Name extends StepName> = z.infer<(typeof pipelineSteps)[Name]['output']>;

export type LambdaStepName = {
  [Name in StepName]: (typeof pipelineSteps)[Name] extends { lambda: object } ? Name : never;
}[StepName];
export const lambdaStepNames = stepNames.filter(
  (name): name is LambdaStepName => 'lambda' in pipelineSteps[name],
);

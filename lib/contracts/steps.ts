import { z } from 'zod';
import { computeSchema, lambdaMemoryMib } from './compute';
import { shardPlanSchema, shardResultSchema } from './dataset';
import { objectKeys } from './object-keys';
import { latestModelSchema, phaseSchema } from './results';
import { runConfigSchema, runIdSchema } from './run-config';

/** What travels from step to step: pointers and small numbers, never a payload. */
const datasetPointer = { dataset: z.string(), contentKey: z.string() };

export const planInputSchema = z.strictObject({ runId: runIdSchema, config: runConfigSchema });
export type PlanInput = z.infer<typeof planInputSchema>;

export const planOutputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** `true`: a manifest for these very bytes exists, and no shard has to be made. */
  isPrepared: z.boolean(),
  /** For people: why the shards are, or are not, made again. */
  reason: z.string(),
  shardCount: z.int().min(2),
});
export type PlanOutput = z.infer<typeof planOutputSchema>;

/** What a Lambda step adds to its output: the seconds since its function was called. */
const measured = { seconds: z.number().min(0) };

/**
 * What `StartExecution` takes: the settings of a run, each of which may be left out, and where to train. `{}` trains
 * the default configuration on MNIST. The name of the execution becomes the run id. Starting from given weights works
 * locally only: in the cloud no role reads them.
 */
export const executionInputSchema = runConfigSchema.omit({ initialWeightsSha256: true }).extend({
  /** Left out: the stack's first. */
  compute: computeSchema.optional(),
});
export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** What the step `plan` puts into the state. */
export const executionPlanSchema = planOutputSchema.extend({
  compute: computeSchema,
  /** What `maxCostUsd` buys of the compute, over all attempts; 0 for no limit. */
  trainingSecondsLimit: z.number().min(0),
  ...measured,
});
export type ExecutionPlan = z.infer<typeof executionPlanSchema>;

const shardOutputSchema = shardResultSchema.extend(measured);

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
  /** Left out locally. */
  compute: computeSchema.optional(),
  /** Of all attempts together; left out, or 0, for no limit. */
  trainingSecondsLimit: z.number().min(0).optional(),
});
export type TrainInput = z.infer<typeof trainInputSchema>;

export const trainOutputSchema = z.strictObject({ runId: runIdSchema, seconds: z.number() });
export type TrainOutput = z.infer<typeof trainOutputSchema>;

export const evaluateInputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** What came before, for the report and run.json. */
  phases: z.array(phaseSchema),
  /** What an hour of the most expensive GPU type costs in US dollars; left out locally, and of no use without a GPU. */
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

/**
 * What people see of a failed execution: the failure state that it ends in, which is also the title of the runbook's
 * section, and what to do. Several steps may share one.
 */
export const failures = {
  preprocess: {
    state: 'Preprocessing failed',
    remedy: 'Fix the dataset or the input, and start a new execution.',
  },
  train: {
    state: 'Training failed',
    remedy: 'Change the setting that the reason names, and start a new execution; the shards are used again.',
  },
  evaluate: {
    state: 'Evaluation failed',
    remedy: 'Start a new execution; the shards are used again.',
  },
  gate: {
    state: 'The model is below the threshold',
    remedy: 'Look at report.html of the run; train longer, or lower minAccuracy.',
  },
  register: {
    state: 'Registration failed',
    remedy: 'The run itself is complete: fix what the reason names, and start a new execution.',
  },
} as const;
export type FailureName = keyof typeof failures;

interface PipelineStep {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Key patterns of the artifact bucket, spelled with the keys that the step's code uses: its rights. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly failure: FailureName;
  /** Of its Lambda function, functions/<name>/handler.ts; a step without one runs in the container. */
  readonly lambda?: { readonly memoryMib: number; readonly timeoutMinutes: number };
}

const any = '*';
const prepared = objectKeys.preparedFolder(any, any);
const run = objectKeys.run(any);
/** Lambda's own limit, for the two steps that take longer the larger the dataset is. */
const longestTimeoutMinutes = 15;

/** The pipeline's steps, in their order. Functions, rights, logs and tests derive from this table. */
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
      // Whether a run whose event comes again has been registered.
      objectKeys.latestModel(any),
    ],
    writes: [objectKeys.rawFile(any, any), objectKeys.plan(any, any), objectKeys.config(any)],
    failure: 'preprocess',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  shard: {
    input: shardPlanSchema,
    output: shardOutputSchema,
    reads: [objectKeys.rawFile(any, any)],
    writes: [`${prepared}*.npz`],
    failure: 'preprocess',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: 2 },
  },
  commit: {
    input: commitInputSchema,
    output: commitOutputSchema,
    reads: [objectKeys.rawFile(any, any), `${prepared}*`],
    writes: [`${prepared}first-training-image-label-*.png`, objectKeys.manifest(any, any)],
    failure: 'preprocess',
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
  train: {
    input: trainInputSchema,
    output: trainOutputSchema,
    reads: [`${prepared}*`, `${run}*`, `${objectKeys.checkpoints}*`],
    writes: [
      `${objectKeys.checkpoints}*`,
      objectKeys.history(any),
      objectKeys.progressPage(any),
      objectKeys.historyTable(any),
      objectKeys.tensorboardEvents(any, any),
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
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: 5 },
  },
  register: {
    input: registerInputSchema,
    output: latestModelSchema,
    reads: [objectKeys.runRecord(any), objectKeys.latestModel(any)],
    writes: [objectKeys.latestModel(any)],
    failure: 'register',
    lambda: { memoryMib: 256, timeoutMinutes: 2 },
  },
} as const satisfies Record<string, PipelineStep>;

export type StepName = keyof typeof pipelineSteps;
export const stepNames = Object.keys(pipelineSteps) as StepName[];
export type StepInput<Name extends StepName> = z.infer<(typeof pipelineSteps)[Name]['input']>;
export type StepOutput<Name extends StepName> = z.infer<(typeof pipelineSteps)[Name]['output']>;

export type LambdaStepName = {
  [Name in StepName]: (typeof pipelineSteps)[Name] extends { lambda: object } ? Name : never;
}[StepName];
export const lambdaStepNames = stepNames.filter(
  (name): name is LambdaStepName => 'lambda' in pipelineSteps[name],
);

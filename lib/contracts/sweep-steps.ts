import { z } from 'zod';
import { computeSchema, lambdaMemoryMib } from './compute';
import { objectKeys } from './object-keys';
import { type LambdaStepName, longestTimeoutMinutes, pipelineSteps } from './steps';
import { maxTrials, sweepIdSchema } from './sweep';

/**
 * The input of `StartExecution` for a sweep. Its sweep.json is in the bucket already: `sweep --cloud` writes it, and another
 * execution for the same sweep continues it.
 */
export const sweepExecutionInputSchema = z.strictObject({
  /** @default - the name of the execution */
  sweepId: sweepIdSchema.optional(),
  /** Of all trials. @default - that of the sweep's first execution, else the stack's first */
  compute: computeSchema.optional(),
});
export type SweepExecutionInput = z.infer<typeof sweepExecutionInputSchema>;

/** What the step `sweep` is asked: which jobs are next. */
export const sweepInputSchema = z.strictObject({
  start: sweepExecutionInputSchema,
  /** The round whose jobs have ended, each in some way; 0 before the first. */
  endedRound: z.int().min(0),
});
export type SweepInput = z.infer<typeof sweepInputSchema>;

export const sweepOutputSchema = z.strictObject({
  round: z.int().min(1),
  /** 0: the sweep is over, and has its results. */
  jobCount: z.int().min(0),
  maxParallel: z.int().min(1),
  /** Jobs of this round that may fail. */
  toleratedFailures: z.int().min(0),
});
export type SweepOutput = z.infer<typeof sweepOutputSchema>;

/** Of a sweep id, in the name of an execution of one of its trainings: leaves room for what makes it unique. */
export const nameCharacters = 50;

/** The start of one training, in the form of an item of the map. */
const roundJobSchema = z.strictObject({
  /** 0 for the winner. */
  trial: z.int().min(0).max(maxTrials),
  /** Of the execution, without the suffix that makes it unique. */
  name: z.string().max(60),
  /** Of the training's state machine; checked by its first step. */
  input: z.looseObject({
    runId: z.string(),
    pauseAfterEpoch: z.int().optional(),
    costLimitUsd: z.number().optional(),
  }),
});
export type RoundJob = z.infer<typeof roundJobSchema>;

/** `sweeps/<id>/rounds/<n>.json`: jobs that are independent of each other, and run together. */
export const sweepRoundSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  round: z.int().min(1),
  /** Of the sweep when the round began: the limit that the jobs have shares of. @default that of the sweep now */
  maxCostUsd: z.number().min(0).optional(),
  jobs: z.array(roundJobSchema).min(1),
});
export type SweepRound = z.infer<typeof sweepRoundSchema>;

/** Of the map in which a sweep has too many failed trials; a redrive runs these again. */
export const tooManyFailures = 'States.ExceedToleratedFailureThreshold';

/** A failure that no redrive repairs. */
export const sweepFailures = {
  sweep: {
    state: 'The sweep failed',
    remedy: 'Do what the reason says.',
  },
} as const;

const any = '*';

export const sweepSteps = {
  sweep: {
    input: sweepInputSchema,
    output: sweepOutputSchema,
    reads: [
      objectKeys.sweep(any),
      objectKeys.sweepTrial(any, any),
      objectKeys.sweepRound(any, any),
      objectKeys.sweepFailure(any, any),
      objectKeys.sweepPrices(any),
      objectKeys.config(any),
      objectKeys.history(any),
      objectKeys.runRecord(any),
      objectKeys.trainingOutcome(any),
      objectKeys.trainingSpending(any),
    ],
    writes: [
      objectKeys.sweepTrial(any, any),
      objectKeys.sweepRound(any, any),
      objectKeys.sweepFailure(any, any),
      objectKeys.sweepPrices(any),
      objectKeys.sweepResults(any),
      objectKeys.sweepPage(any),
    ],
    lambda: { memoryMib: lambdaMemoryMib, timeoutMinutes: longestTimeoutMinutes },
  },
} as const;

/** All steps that are functions: those of a run, and that of a sweep. */
export const functionSteps = { ...pipelineSteps, ...sweepSteps };
export type FunctionName = LambdaStepName | keyof typeof sweepSteps;
export type FunctionInput<Name extends FunctionName> = z.infer<(typeof functionSteps)[Name]['input']>;
export type FunctionOutput<Name extends FunctionName> = z.infer<(typeof functionSteps)[Name]['output']>;

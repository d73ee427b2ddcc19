import { z } from 'zod';
import { computeSchema } from './compute';
import { runIdSchema } from './run-config';

/**
 * The environment of each deployable unit: cdk/ sets what the schema asks for (a misspelt key fails `tsc`), the unit
 * parses what it was given (a missing value fails by name). Values are strings on both sides.
 */
export const stepEnvSchema = z.object({ ARTIFACT_BUCKET: z.string().min(3) });
export type StepEnv = z.input<typeof stepEnvSchema>;

export const planEnvSchema = stepEnvSchema.extend({
  /** What the stack deployed, comma-separated; the first is what an input without `compute` gets. */
  COMPUTES: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(computeSchema).min(1)),
  /** What an hour of the most expensive GPU type costs in US dollars. */
  GPU_HOUR_USD: z.coerce.number().gt(0),
});
export type PlanEnv = Record<keyof z.input<typeof planEnvSchema>, string>;

export const notifyEnvSchema = stepEnvSchema.extend({
  STACK_NAME: z.string().min(1),
  TOPIC_ARN: z.string().startsWith('arn:'),
});
export type NotifyEnv = z.input<typeof notifyEnvSchema>;

/** What the job definition sets; `trainRunEnvSchema` comes with each job. */
export const trainJobEnvSchema = stepEnvSchema.extend({ COMPUTE: computeSchema });
export type TrainJobEnv = z.input<typeof trainJobEnvSchema>;

export const trainRunEnvSchema = z.object({
  RUN_ID: runIdSchema,
  DATASET: z.string().min(1),
  CONTENT_KEY: z.string().min(1),
  TRAINING_SECONDS_LIMIT: z.coerce.number().min(0),
});
export type TrainRunEnv = z.input<typeof trainRunEnvSchema>;

export const trainEnvSchema = trainJobEnvSchema.extend(trainRunEnvSchema.shape);

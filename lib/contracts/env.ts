import { z } from 'zod';
import { computeSchema } from './compute';
import { runIdSchema } from './run-config';

/**
 * The environment variables of each deployable unit. cdk/ sets the keys of the schema (a misspelled key fails `tsc`), and
 * the unit parses its environment (the error for a missing value names the key). Values are strings on both sides.
 */
export const stepEnvSchema = z.object({ ARTIFACT_BUCKET: z.string().min(3) });
export type StepEnv = z.input<typeof stepEnvSchema>;

export const planEnvSchema = stepEnvSchema.extend({
  /** The computes that the stack deployed, comma-separated. An input without `compute` uses the first. */
  COMPUTES: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(computeSchema).min(1)),
  /** Price of one hour of the most expensive GPU type, in US dollars. */
  GPU_HOUR_USD: z.coerce.number().gt(0),
});
export type PlanEnv = Record<keyof z.input<typeof planEnvSchema>, string>;

export const notifyEnvSchema = stepEnvSchema.extend({
  STACK_NAME: z.string().min(1),
  TOPIC_ARN: z.string().startsWith('arn:'),
  SWEEP_STATE_MACHINE_ARN: z.string().startsWith('arn:'),
});
export type NotifyEnv = z.input<typeof notifyEnvSchema>;

/** Set by the job definition; each job adds `trainRunEnvSchema`. */
export const trainJobEnvSchema = stepEnvSchema.extend({ COMPUTE: computeSchema });
export type TrainJobEnv = z.input<typeof trainJobEnvSchema>;

export const trainRunEnvSchema = z.object({
  RUN_ID: runIdSchema,
  DATASET: z.string().min(1),
  CONTENT_KEY: z.string().min(1),
  TRAINING_SECONDS_LIMIT: z.coerce.number().min(0),
  /** 0 for no pause. Absent from state machines of earlier versions. */
  PAUSE_AFTER_EPOCH: z.coerce.number().int().min(0).default(0),
});
export type TrainRunEnv = z.input<typeof trainRunEnvSchema>;

export const trainEnvSchema = trainJobEnvSchema.extend(trainRunEnvSchema.shape);

import { z } from 'zod';
import { computeSchema } from './compute';
import { phaseSchema } from './results';
import { runConfigSchema, runIdSchema } from './run-config';

/**
 * What travels from step to step: pointers and small numbers, never a payload. The same slices are the Lambda
 * events, the container's arguments and the arguments of the in-process pipeline.
 */
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

export const commitInputSchema = z.strictObject(datasetPointer);
export type CommitInput = z.infer<typeof commitInputSchema>;

export const trainInputSchema = z.strictObject({
  runId: runIdSchema,
  ...datasetPointer,
  /** Left out on a laptop. */
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
  /** What an hour of the most expensive GPU type costs in US dollars; left out on a laptop, and without a GPU of no use. */
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

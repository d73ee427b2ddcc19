import { z } from 'zod';

/** What is measured: writing the dataset, and the steps of the pipeline up to the evaluation. */
export const scaleSteps = ['generate', 'plan', 'shard', 'commit', 'train', 'evaluate'] as const;
export type ScaleStep = (typeof scaleSteps)[number];

export const pointersSchema = z.object({ dataset: z.string(), contentKey: z.string() });

/** A step that one process runs. */
export const scaleJobSchema = z.object({
  step: z.enum(scaleSteps),
  datasetFolder: z.string(),
  storeFolder: z.string(),
  trainCount: z.int(),
  testCount: z.int(),
  runId: z.string(),
  /** As the setting: 0 for the default rule. */
  shuffleWindow: z.int(),
  /** As the setting. @default the default configuration */
  hidden: z.array(z.int()).optional(),
  /** What the plan has found. */
  pointers: pointersSchema.optional(),
});
export type ScaleJob = z.infer<typeof scaleJobSchema>;

/** What the process measured, of itself. */
export const scaleMeasurementSchema = z.object({
  /** Without the start of the process. */
  seconds: z.number(),
  /** Of all processors together: on a busy machine, it says more than the time that passed. */
  cpuSeconds: z.number(),
  /** Its largest resident set. */
  peakBytes: z.number(),
  /** Of the plan. */
  pointers: pointersSchema.optional(),
});
export type ScaleMeasurement = z.infer<typeof scaleMeasurementSchema>;

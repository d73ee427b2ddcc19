import { z } from 'zod';
import { permanentErrorNames } from './errors';
import { runIdSchema } from './run-config';
import { type FailureName, failures } from './steps';

/** Around each step's own input, so that the run id is in every log line. */
export const stepEventSchema = z.strictObject({ runId: runIdSchema, input: z.unknown() });
export type StepEvent = z.infer<typeof stepEventSchema>;

/**
 * `training-outcome.json`: the container's last word. A permanent error is an answer as well: the job ends with exit
 * code 0, the workflow reads the name and the message here, and nobody retries. Any other exit code is an accident.
 */
export const trainingOutcomeSchema = z.discriminatedUnion('status', [
  z.strictObject({
    schemaVersion: z.literal(1),
    status: z.literal('succeeded'),
    runId: runIdSchema,
    seconds: z.number().min(0),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    status: z.literal('failed'),
    runId: runIdSchema,
    error: z.enum(permanentErrorNames),
    message: z.string(),
  }),
]);
export type TrainingOutcome = z.infer<typeof trainingOutcomeSchema>;

/** The cause of a failed execution is this as JSON. */
export const executionFailureSchema = z.strictObject({
  step: z.enum(Object.keys(failures) as [FailureName, ...FailureName[]]),
  reason: z.string(),
  remedy: z.string(),
});
export type ExecutionFailure = z.infer<typeof executionFailureSchema>;

/**
 * Exit codes of the training container. Batch's retry strategy matches on them.
 */
export const trainExitCodes = {
  /** training-outcome.json says how it ended. */
  decided: 0,
  /** A bug: the log has the stack trace. */
  unexpected: 1,
  /** sysexits.h EX_TEMPFAIL: a transient error. */
  temporaryFailure: 75,
  /** 128 + SIGKILL: memory ran out, or the host went. */
  killed: 137,
  /** 128 + SIGTERM: stopped cleanly. */
  stopped: 143,
} as const;

import { z } from 'zod';
import { permanentErrorNames } from './errors';
import { type FailureName, failures } from './failure-states';
import { runIdSchema } from './run-config';
import { sweepFailures } from './sweep-steps';

/** Wraps the input of each step, so that every log line has the run id. */
export const stepEventSchema = z.strictObject({ runId: runIdSchema, input: z.unknown() });
export type StepEvent = z.infer<typeof stepEventSchema>;

/**
 * `training-outcome.json`: the result of the training container. A permanent error is also a result: the job ends with
 * exit code 0, the workflow reads the error's name and message here, and nothing is retried. Any other exit code is an
 * unexpected failure.
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
    status: z.literal('paused'),
    runId: runIdSchema,
    seconds: z.number().min(0),
    /** That the training has so far. */
    epochs: z.int().min(1),
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

type AnyFailureName = FailureName | keyof typeof sweepFailures;

/** The cause of a failed execution, as JSON. */
export const executionFailureSchema = z.strictObject({
  step: z.enum(Object.keys({ ...failures, ...sweepFailures }) as AnyFailureName[]),
  reason: z.string(),
  remedy: z.string(),
});
export type ExecutionFailure = z.infer<typeof executionFailureSchema>;

/** Exit codes of the training container. Batch's retry strategy matches on them. */
export const trainExitCodes = {
  /** training-outcome.json has the result. */
  decided: 0,
  /** A bug: the log has the stack trace. */
  unexpected: 1,
  /** sysexits.h EX_TEMPFAIL: a transient error. */
  temporaryFailure: 75,
  /** 128 + SIGKILL: out of memory, or the host was terminated. */
  killed: 137,
  /** 128 + SIGTERM: stopped cleanly. */
  stopped: 143,
} as const;

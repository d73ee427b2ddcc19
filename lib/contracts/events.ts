import { z } from 'zod';

/** EventBridge's `detail-type` of the events that Step Functions and Batch send. */
export const eventTypes = {
  executionEnded: 'Step Functions Execution Status Change',
  queueBlocked: 'Batch Job Queue Blocked',
} as const;

/** The statuses of an ended execution: all but `RUNNING`. */
export const endStatuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const executionEndedSchema = z.object({
  'detail-type': z.literal(eventTypes.executionEnded),
  detail: z.object({
    executionArn: z.string(),
    stateMachineArn: z.string(),
    /** The run id of a training that is not part of a sweep; of a sweep, its id. */
    name: z.string(),
    status: z.enum(endStatuses),
    /** JSON; absent if it is large. */
    input: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});
/** What an execution was started for. Only a sweep names the run of an execution. */
export const startSchema = z.object({ runId: z.string().optional(), sweepId: z.string().optional() });
export type ExecutionEnd = z.infer<typeof executionEndedSchema>['detail'];

/** https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html */
const queueBlockedSchema = z.object({
  'detail-type': z.literal(eventTypes.queueBlocked),
  detail: z.object({
    /** The run id. */
    jobName: z.string(),
    jobQueue: z.string(),
    statusReason: z.string().nullish(),
  }),
});
export type QueueBlock = z.infer<typeof queueBlockedSchema>['detail'];

/** The event that functions/notify receives. */
export const workflowEventSchema = z.discriminatedUnion('detail-type', [
  executionEndedSchema,
  queueBlockedSchema,
]);

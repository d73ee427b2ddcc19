import { z } from 'zod';
import { executionFailureSchema } from '../contracts/execution';
import { parseJson } from '../contracts/parse';

/** What a Lambda function threw. */
const lambdaErrorSchema = z.object({ errorMessage: z.string(), trace: z.array(z.string()).default([]) });
/** A failed job, as Batch describes it. */
const batchJobSchema = z.object({
  JobId: z.string(),
  StatusReason: z.string().optional(),
  Container: z
    .object({
      ExitCode: z.number().optional(),
      Reason: z.string().optional(),
      LogStreamName: z.string().optional(),
    })
    .optional(),
});

const maxCauseCharacters = 600;

/** The readable part of a failure's cause, after `: `; empty if there is none. */
export function explainCause(cause: string | undefined): string {
  const text = readCause(cause);
  if (text === '') return '';
  return `: ${text.length > maxCauseCharacters ? `${text.slice(0, maxCauseCharacters)} …` : text}`;
}

/** The lines of a Lambda function's stack trace; empty if there is none. */
export function readTrace(cause: string | undefined): readonly string[] {
  return lambdaErrorSchema.safeParse(parseJson(cause)).data?.trace ?? [];
}

/** `undefined` if the failure is not a job's, or if its container never ran. */
export function readJobExitCode(cause: string | undefined): number | undefined {
  return batchJobSchema.safeParse(parseJson(cause)).data?.Container?.ExitCode;
}

function readCause(cause: string | undefined): string {
  if (cause === undefined) return '';
  const value = parseJson(cause);
  const decided = executionFailureSchema.safeParse(value);
  if (decided.success) return `${decided.data.reason} ${decided.data.remedy}`;
  const thrown = lambdaErrorSchema.safeParse(value);
  if (thrown.success) return thrown.data.errorMessage;
  const job = batchJobSchema.safeParse(value);
  if (!job.success) return cause;
  const { JobId, StatusReason, Container } = job.data;
  return [
    StatusReason ?? 'the job failed',
    Container?.Reason,
    Container?.ExitCode === undefined ? undefined : `exit code ${Container.ExitCode}`,
    `job ${JobId}`,
    Container?.LogStreamName === undefined ? undefined : `log stream ${Container.LogStreamName}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

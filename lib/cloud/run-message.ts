import { inputErrorNames } from '../contracts/errors';
import type { ExecutionEnd, QueueBlock } from '../contracts/events';
import { executionFailureSchema } from '../contracts/execution';
import { objectKeys } from '../contracts/object-keys';
import { parseJson } from '../contracts/parse';
import type { RunRecord } from '../contracts/results';
import { explainCause } from './explain-cause';

/** A notification about a run, by mail or another subscription of the topic. */
export interface RunMessage {
  /** Printable ASCII, at most 100 characters, which is the limit of SNS. */
  readonly subject: string;
  readonly body: string;
}

/** What all messages of one stack have in common. */
export interface MessageSource {
  readonly stackName: string;
  readonly bucket: string;
}

/** The message about an accepted run. */
export function describeSuccess(record: RunRecord, source: MessageSource): RunMessage {
  const { runId, accuracy, errorCount, testCount, costUsd, config } = record;
  return toMessage(source, `run ${runId} accepted, accuracy ${accuracy.toFixed(4)}`, [
    config.evaluateOn === 'test'
      ? `The run "${runId}" is finished, and its model is registered as "${config.modelName}".`
      : `The run "${runId}" is finished. It was measured on its validation images, and is not registered.`,
    `${config.evaluateOn === 'test' ? 'Test' : 'Validation'} accuracy: ${accuracy.toFixed(4)} (${errorCount} of ${testCount} images wrong).`,
    ...(costUsd === null ? [] : [`Cost, by list prices: about ${costUsd.toFixed(4)} US dollars.`]),
    `Report: s3://${source.bucket}/${objectKeys.report(runId)}`,
  ]);
}

/** The message about a run that paused, as its input says. */
export function describePause(runId: string, source: MessageSource): RunMessage {
  return toMessage(source, `run ${runId} paused`, [
    `The training of the run "${runId}" has paused, as the input of its execution says. An execution with the same "runId" continues it.`,
  ]);
}

/** The message about a run that ended in any other way: by a decision, a failure, a timeout, or a user. */
export function describeFailure(end: ExecutionEnd, source: MessageSource): RunMessage {
  const { name: runId, status, executionArn } = end;
  const error = end.error ?? 'no error name';
  const explained = explainCause(end.cause ?? undefined);
  const execution = `Execution: ${executionArn}`;
  if (status === 'ABORTED') {
    return toMessage(source, `run ${runId} stopped`, [
      `The run "${runId}" was stopped${explained}.`,
      `To resume it at the step where it ended: mnist-pipeline redrive ${runId}`,
      execution,
    ]);
  }
  if (status === 'TIMED_OUT') {
    return toMessage(source, `run ${runId} ran out of time`, [
      `The run "${runId}" ran out of time${explained}.`,
      'What to do: docs/runbook.md#executions-failed',
      execution,
    ]);
  }
  const decided = executionFailureSchema.safeParse(parseJson(end.cause ?? undefined));
  const step = decided.success ? ` in the step "${decided.data.step}"` : '';
  return toMessage(source, `run ${runId} failed: ${error}`, [
    `The run "${runId}" failed${step} with ${error}${explained}`,
    inputErrorNames.some((name) => name === error)
      ? 'The cause is the input of the run. Nothing is broken, and no alarm is raised.'
      : 'What to do: docs/runbook.md#executions-failed',
    execution,
  ]);
}

export function describeQueueBlock(block: QueueBlock, source: MessageSource): RunMessage {
  const { jobName: runId, jobQueue, statusReason } = block;
  return toMessage(source, `run ${runId} waits: its queue is blocked`, [
    `The training of the run "${runId}" cannot start: ${statusReason ?? 'Batch gives no reason'}`,
    'What to do: docs/runbook.md#queue-blocked',
    `Queue: ${jobQueue}`,
  ]);
}

const maxSubjectCharacters = 100;

export function toMessage({ stackName }: MessageSource, what: string, lines: readonly string[]): RunMessage {
  const subject = `${stackName}: ${what}`.replaceAll(/[^ -~]/g, '?').slice(0, maxSubjectCharacters);
  return { subject, body: `${lines.join('\n')}\n` };
}

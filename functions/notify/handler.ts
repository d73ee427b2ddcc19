import type { z } from 'zod';
import {
  describeFailure,
  describePause,
  describeQueueBlock,
  describeSuccess,
  type RunMessage,
} from '../../lib/cloud/run-message';
import { publishMessage } from '../../lib/cloud/sns-topic';
import { describeFinishedSweep, describeUnfinishedSweep } from '../../lib/cloud/sweep-message';
import { notifyEnvSchema } from '../../lib/contracts/env';
import { type ExecutionEnd, eventTypes, startSchema, workflowEventSchema } from '../../lib/contracts/events';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseJson, parseOrThrow } from '../../lib/contracts/parse';
import { runRecordSchema } from '../../lib/contracts/results';
import { sweepResultsSchema } from '../../lib/contracts/sweep';
import { getJson, getJsonIfPresent } from '../../lib/store/json-objects';
import { createS3Store } from '../../lib/store/s3-store';

type NotifyEnvironment = z.infer<typeof notifyEnvSchema>;

/** Publishes an event of the workflows as a readable message. EventBridge calls it, and retries if it throws. */
export async function handler(rawEvent: unknown): Promise<void> {
  const env = parseOrThrow(notifyEnvSchema, process.env, 'The environment of notify');
  const message = await describe(rawEvent, env);
  if (message !== undefined) await publishMessage(env.TOPIC_ARN, message);
}

/** @returns `undefined` for a trial: its sweep sends one message about all. */
async function describe(rawEvent: unknown, env: NotifyEnvironment): Promise<RunMessage | undefined> {
  const source = { bucket: env.ARTIFACT_BUCKET, stackName: env.STACK_NAME };
  const event = parseOrThrow(workflowEventSchema, rawEvent, 'The event of notify');
  if (event['detail-type'] === eventTypes.queueBlocked) return describeQueueBlock(event.detail, source);
  const { stateMachineArn, name, input } = event.detail;
  const { runId, sweepId = name } = startSchema.safeParse(parseJson(input ?? undefined)).data ?? {};
  if (stateMachineArn === env.SWEEP_STATE_MACHINE_ARN) return describeSweep(sweepId, event.detail, source);
  return runId === undefined ? describeRun(event.detail, source) : undefined;
}

type Source = Parameters<typeof describeSuccess>[1];

async function describeRun(end: ExecutionEnd, source: Source): Promise<RunMessage> {
  const { name: runId, status } = end;
  if (status !== 'SUCCEEDED') return describeFailure(end, source);
  const store = createS3Store(source.bucket);
  const record = await getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema);
  return record === undefined ? describePause(runId, source) : describeSuccess(record, source);
}

async function describeSweep(sweepId: string, end: ExecutionEnd, source: Source): Promise<RunMessage> {
  if (end.status !== 'SUCCEEDED') return describeUnfinishedSweep(sweepId, end, source);
  const store = createS3Store(source.bucket);
  const results = await getJson(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  return describeFinishedSweep(sweepId, results, source);
}

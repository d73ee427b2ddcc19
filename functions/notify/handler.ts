import {
  describeFailure,
  describeQueueBlock,
  describeSuccess,
  type RunMessage,
} from '../../lib/cloud/run-message';
import { publishMessage } from '../../lib/cloud/sns-topic';
import { notifyEnvSchema } from '../../lib/contracts/env';
import { eventTypes, workflowEventSchema } from '../../lib/contracts/events';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { createS3Store } from '../../lib/store/s3-store';

/** Publishes an event of the workflow as a readable message. EventBridge calls it, and retries if it throws. */
export async function handler(rawEvent: unknown): Promise<void> {
  const { TOPIC_ARN, ...env } = parseOrThrow(notifyEnvSchema, process.env, 'The environment of notify');
  await publishMessage(TOPIC_ARN, await describe(rawEvent, env));
}

async function describe(
  rawEvent: unknown,
  { ARTIFACT_BUCKET: bucket, STACK_NAME: stackName }: { ARTIFACT_BUCKET: string; STACK_NAME: string },
): Promise<RunMessage> {
  const source = { bucket, stackName };
  const event = parseOrThrow(workflowEventSchema, rawEvent, 'The event of notify');
  if (event['detail-type'] === eventTypes.queueBlocked) return describeQueueBlock(event.detail, source);
  const { name: runId, status } = event.detail;
  if (status !== 'SUCCEEDED') return describeFailure(event.detail, source);
  const record = await getJson(createS3Store(bucket), objectKeys.runRecord(runId), runRecordSchema);
  return describeSuccess(record, source);
}

import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { RunMessage } from './run-message';

/** Sends a message to all subscribers of the topic. */
export async function publishMessage(topicArn: string, { subject, body }: RunMessage): Promise<void> {
  await new SNSClient().send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
}

import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '../../lib/contracts/parse';
import { askService, query, target } from './account-requests';

const deliveryTimeoutMilliseconds = 30_000;

async function sqs(action: string, parameters: object): Promise<unknown> {
  const request = target(`AmazonSQS.${action}`, '1.0', JSON.stringify(parameters));
  return parseJson(await askService('sqs', request));
}

export const encodeParameters = (parameters: Readonly<Record<string, string>>) =>
  `&${new URLSearchParams(parameters)}`;

export const sns = (action: string, parameters: Readonly<Record<string, string>>) =>
  askService('sns', query('2010-03-31', action, encodeParameters(parameters)));

const messageSchema = z.object({ Subject: z.string(), Message: z.string() });
type Message = z.infer<typeof messageSchema>;

const receivedSchema = z.object({
  Messages: z.array(z.object({ MessageId: z.string(), Body: z.string() })).default([]),
});

/** A subscriber of the topic: a queue, in which messages can be inspected. */
export class Subscriber {
  /** By id: the queue delivers a message again until it is deleted. */
  private readonly received = new Map<string, Message>();
  private constructor(
    private readonly QueueUrl: string,
    private readonly SubscriptionArn: string,
  ) {}

  static async to(TopicArn: string, QueueName: string): Promise<Subscriber> {
    const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
    const Principal = { Service: 'sns.amazonaws.com' };
    const statement = { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: Endpoint };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const queue = await sqs('CreateQueue', { QueueName, Attributes: { Policy } });
    const { QueueUrl } = z.object({ QueueUrl: z.string() }).parse(queue);
    const subscribed = await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint });
    return new Subscriber(QueueUrl, /<SubscriptionArn>([^<]+)</.exec(subscribed)![1]!);
  }

  /** The first message whose subject matches, when it arrives; `undefined` when none arrives in time. */
  async find(
    subject: RegExp,
    timeoutMilliseconds = deliveryTimeoutMilliseconds,
  ): Promise<Message | undefined> {
    for (const giveUpAt = Date.now() + timeoutMilliseconds; ; await pause(200)) {
      const found = (await this.receive()).find(({ Subject }) => subject.test(Subject));
      if (found !== undefined || Date.now() > giveUpAt) return found;
    }
  }

  /** @returns all messages so far. */
  async receive(): Promise<Message[]> {
    const answer = await sqs('ReceiveMessage', { QueueUrl: this.QueueUrl, MaxNumberOfMessages: 10 });
    for (const { MessageId, Body } of receivedSchema.parse(answer).Messages)
      this.received.set(MessageId, messageSchema.parse(JSON.parse(Body)));
    return [...this.received.values()];
  }

  async leave(): Promise<void> {
    await sns('Unsubscribe', { SubscriptionArn: this.SubscriptionArn });
    await sqs('DeleteQueue', { QueueUrl: this.QueueUrl });
  }
}

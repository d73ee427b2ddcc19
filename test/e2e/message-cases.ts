import assert from 'node:assert/strict';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { askService, query, target } from './account-requests';
import { type Case, tiny, uploadTinyDataset } from './cases';
import { encodeParameters, Subscriber, sns } from './topic-subscriber';

const cloudWatch = (action: string, parameters: Readonly<Record<string, string>>) =>
  askService('monitoring', query('2010-08-01', action, encodeParameters(parameters)));
const events = (action: string, parameters: object) =>
  askService('events', target(`AWSEvents.${action}`, '1.1', JSON.stringify(parameters)));

async function setAlarm(AlarmName: string): Promise<void> {
  // An alarm sends a message only when its state changes.
  for (const StateValue of ['OK', 'ALARM'])
    await cloudWatch('SetAlarmState', { AlarmName, StateValue, StateReason: 'requested by the test' });
}

export const messageCases: readonly Case[] = [
  {
    name: 'subscribers get a message about a run that succeeded, and about one that failed, with the reason',
    run: async ({ client }) => {
      const subscriber = await Subscriber.to(client.outputs.TopicArn, 'run-messages');
      try {
        const dataset = await uploadTinyDataset(client, 'tiny');
        const good = await client.run('message-good', { ...tiny, dataset });
        assert.equal(good.status, 'SUCCEEDED', good.cause);
        const { accuracy } = await getJson(
          client.store,
          objectKeys.runRecord('message-good'),
          runRecordSchema,
        );
        const success = await subscriber.find(/message-good/);
        assert.ok(success?.Message.includes(accuracy.toFixed(4)), JSON.stringify(success));

        const settings = { ...tiny, dataset, epochs: 1, learningRate: 1e-9, minAccuracy: 1 };
        await client.run('message-bad', { ...settings, modelName: 'message' });
        const failure = await subscriber.find(/message-bad/);
        assert.match(failure?.Message ?? '', /QualityGateFailed.*minAccuracy asks for at least 1/s);
        assert.match(failure?.Message ?? '', /Nothing is broken/);
      } finally {
        await subscriber.leave();
      }
    },
  },
  {
    name: 'the alarm reaches subscribers',
    run: async ({ client }) => {
      const subscriber = await Subscriber.to(client.outputs.TopicArn, 'alarmed');
      try {
        const alarms = await cloudWatch('DescribeAlarms', {});
        const names = [...alarms.matchAll(/<AlarmName>([^<]+)</g)].map(([, name]) => name!);
        assert.ok(names.length > 0, 'There is no alarm');
        for (const name of names) {
          await setAlarm(name);
          const message = await subscriber.find(new RegExp(`ALARM: "${name}"`));
          assert.match(message?.Message ?? '', /runbook\.md#/, `There was no message about ${name}`);
        }
      } finally {
        await subscriber.leave();
      }
    },
  },
  {
    name: 'neither an alarm nor a rule reaches a topic whose policy does not allow it',
    run: async () => {
      const created = await sns('CreateTopic', { Name: 'closed' });
      const TopicArn = /<TopicArn>([^<]+)</.exec(created)![1]!;
      const subscriber = await Subscriber.to(TopicArn, 'no-messages');
      const allow = (Service: string, Condition?: object) => {
        const Principal = { Service };
        const statement = {
          Effect: 'Allow',
          Principal,
          Action: 'sns:Publish',
          Resource: TopicArn,
          Condition,
        };
        const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
        return sns('SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
      };
      const publish = async () => {
        await setAlarm('closed');
        await events('PutEvents', {
          Entries: [{ Source: 'test', DetailType: 'requested by the test', Detail: '{}' }],
        });
      };
      try {
        await cloudWatch('PutMetricAlarm', {
          ...{ AlarmName: 'closed', Namespace: 'Test', MetricName: 'm', Statistic: 'Sum', Period: '300' },
          ...{ EvaluationPeriods: '1', Threshold: '1', ComparisonOperator: 'GreaterThanThreshold' },
          'AlarmActions.member.1': TopicArn,
        });
        await events('PutRule', { Name: 'closed', EventPattern: JSON.stringify({ source: ['test'] }) });
        await events('PutTargets', { Rule: 'closed', Targets: [{ Id: 'topic', Arn: TopicArn }] });
        const source = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
        // EventBridge sends no source, so a condition on it is never true.
        await allow('events.amazonaws.com', source);
        await publish();
        assert.equal(await subscriber.find(/./, 1_000), undefined);
        await allow('cloudwatch.amazonaws.com', source);
        await publish();
        assert.ok(
          (await subscriber.find(/ALARM/)) !== undefined,
          'The alarm is allowed, but there was no message',
        );
        assert.equal(await subscriber.find(/EventBridge/, 1_000), undefined);
        await allow('events.amazonaws.com');
        await publish();
        assert.ok(
          (await subscriber.find(/EventBridge/)) !== undefined,
          'The rule is allowed, but there was no message',
        );
      } finally {
        await subscriber.leave();
        await events('RemoveTargets', { Rule: 'closed', Ids: ['topic'] });
        await events('DeleteRule', { Name: 'closed' });
        await cloudWatch('DeleteAlarms', { 'AlarmNames.member.1': 'closed' });
        await sns('DeleteTopic', { TopicArn });
      }
    },
  },
];

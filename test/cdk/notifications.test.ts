import { decisionErrorNames, permanentErrorNames } from '../../lib/contracts/errors';
import { decide } from '../support/policy-evaluator';
import { render, resourcesOf, synthesize } from './synthesize';
import { functionStatements, roleStatements, topicStatements } from './template-policies';

const variants = [
  {},
  { computes: 'cpu' },
  { alarmEmail: 'ops@example.org', monthlyBudgetUsd: 25, dashboard: 'true' },
];
const synthesized = synthesize();
const account = render({ Ref: 'AWS::AccountId' });
const overTls = { 'aws:SecureTransport': 'true' };
const [[topicId] = []] = resourcesOf(synthesized, 'AWS::SNS::Topic');
const topic = `<${topicId}>`;

describe.each(variants)('with %j', (context) => {
  const variant = synthesize(context);

  it('each action of each alarm is allowed by the policy of its topic', () => {
    const alarms = resourcesOf(variant, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of alarms) {
      const actions = ['AlarmActions', 'OKActions', 'InsufficientDataActions'].flatMap((kind) =>
        ((Properties[kind] as unknown[] | undefined) ?? []).map(render),
      );
      expect(actions).not.toEqual([]);
      for (const resource of actions) {
        const asked = {
          service: 'cloudwatch.amazonaws.com',
          action: 'sns:Publish',
          resource,
          context: { ...overTls, 'aws:SourceAccount': account, 'aws:SourceArn': `<${id}.Arn>` },
        };
        const answer = decide(topicStatements(variant, resource), asked);
        expect({ id, resource, answer }).toEqual({ id, resource, answer: 'Allow' });
      }
    }
  });

  it('each target of each rule is a function that lets the rule call it, or has a role that may start it', () => {
    const all = resourcesOf(variant, 'AWS::Events::Rule').flatMap(([id, { Properties }]) =>
      ((Properties['Targets'] as { Arn: unknown; RoleArn?: unknown }[] | undefined) ?? []).map(
        ({ Arn, RoleArn }) => ({
          id,
          resource: render(Arn),
          role: RoleArn === undefined ? undefined : render(RoleArn),
        }),
      ),
    );
    for (const { id, resource, role } of all.filter((target) => target.role !== undefined)) {
      const rights = resourcesOf(variant, 'AWS::IAM::Policy')
        .filter(([, { Properties }]) =>
          (Properties['Roles'] as { Ref: string }[]).some(({ Ref }) => role === `<${Ref}.Arn>`),
        )
        .flatMap(
          ([, { Properties }]) =>
            (Properties['PolicyDocument'] as { Statement: { Action: string; Resource: unknown }[] })
              .Statement,
        )
        .map(({ Action, Resource }) => `${Action} ${render(Resource)}`);
      expect({ id, rights }).toEqual({ id, rights: [`states:StartExecution ${resource}`] });
    }
    const targets = all.filter(({ role }) => role === undefined);
    expect(targets).toHaveLength(2);
    for (const { id, resource } of targets) {
      const answer = decide(functionStatements(variant, resource), {
        service: 'events.amazonaws.com',
        action: 'lambda:InvokeFunction',
        resource,
        context: { 'aws:SourceArn': `<${id}.Arn>` },
      });
      expect({ id, resource, answer }).toEqual({ id, resource, answer: 'Allow' });
    }
  });
});

describe('the topic', () => {
  const publish = (service: string, context: Record<string, string>) =>
    decide(topicStatements(synthesized, topic), {
      service,
      action: 'sns:Publish',
      resource: topic,
      context: { ...overTls, ...context },
    });
  const [[alarmId] = []] = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm');
  const ours = { 'aws:SourceAccount': account, 'aws:SourceArn': `<${alarmId}.Arn>` };

  it('takes nothing from another account’s alarms, from other alarms, without a source or without TLS', () => {
    const alarm = 'cloudwatch.amazonaws.com';
    expect(publish(alarm, ours)).toBe('Allow');
    expect(publish(alarm, { ...ours, 'aws:SourceAccount': '999999999999' })).toBe('ImplicitDeny');
    expect(publish(alarm, { ...ours, 'aws:SourceArn': 'arn:aws:cloudwatch:x:999999999999:alarm:y' })).toBe(
      'ImplicitDeny',
    );
    expect(publish(alarm, {})).toBe('ImplicitDeny');
    expect(publish(alarm, { ...ours, 'aws:SecureTransport': 'false' })).toBe('Deny');
  });

  it.each(['events.amazonaws.com', 's3.amazonaws.com'])('takes nothing from %s', (service) => {
    expect(publish(service, { 'aws:SourceAccount': account })).toBe('ImplicitDeny');
  });

  it('is published to by the function, whose role may do that and read records of runs', () => {
    const [[roleId] = []] = resourcesOf(synthesized, 'AWS::IAM::Role').filter(([id]) => /notify/.test(id));
    const statements = roleStatements(synthesized, roleId!);
    expect(decide(statements, { action: 'sns:Publish', resource: topic, context: {} })).toBe('Allow');
    const rights = statements.flatMap(({ Action, Resource }) => [Action, Resource].flat());
    expect(rights.filter((right) => /^(s3|sns|states|batch):/.test(right)).sort()).toEqual([
      's3:GetObject',
      'sns:Publish',
    ]);
  });
});

describe('the alarm', () => {
  const patterns = Object.fromEntries(
    resourcesOf(synthesized, 'AWS::Events::Rule').map(([id, { Properties }]) => [
      id,
      Properties['EventPattern'] as { detail?: { status: string[]; error?: unknown[] } },
    ]),
  );
  const [[, alarm] = []] = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm');
  const counted =
    patterns[render((alarm!.Properties['Dimensions'] as { Value: unknown }[])[0]!.Value).slice(1, -1)]!;

  it('is one, on the rule that counts what failed', () => {
    synthesized.template.resourceCountIs('AWS::CloudWatch::Alarm', 1);
    expect(alarm!.Properties).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'TriggeredRules',
      Statistic: 'Sum',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringMatching(/docs\/runbook\.md#executions-failed$/),
    });
  });

  it('counts neither a stop nor a decision, and every other failure', () => {
    expect(counted.detail).toMatchObject({
      status: ['FAILED', 'TIMED_OUT'],
      error: [{ 'anything-but': [...decisionErrorNames] }, null, { exists: false }],
    });
    expect(decisionErrorNames).toEqual(
      expect.arrayContaining(['InvalidInput', 'CostLimitExceeded', 'QualityGateFailed']),
    );
    const faults = permanentErrorNames.filter((name) => !decisionErrorNames.some((each) => each === name));
    expect(faults).toEqual(['CorruptArtifact', 'ArtifactNotFound', 'StoreNotWritable', 'EngineUnavailable']);
  });

  it('is not all that is told: every end of a run brings a message', () => {
    const told = Object.entries(patterns).filter(([id]) => id.startsWith('NotificationsRunended'));
    expect(told.map(([, { detail }]) => detail)).toEqual([
      {
        stateMachineArn: [{ Ref: expect.stringMatching(/^WorkflowStateMachine/) }],
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    ]);
  });
});

import { inputErrorNames, permanentErrorNames } from '../../lib/contracts/errors';
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
        const request = {
          service: 'cloudwatch.amazonaws.com',
          action: 'sns:Publish',
          resource,
          context: { ...overTls, 'aws:SourceAccount': account, 'aws:SourceArn': `<${id}.Arn>` },
        };
        const decision = decide(topicStatements(variant, resource), request);
        expect({ id, resource, decision }).toEqual({ id, resource, decision: 'Allow' });
      }
    }
  });

  it('each target of each rule is a function that allows the rule to call it, or has a role that may start it', () => {
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
      const decision = decide(functionStatements(variant, resource), {
        service: 'events.amazonaws.com',
        action: 'lambda:InvokeFunction',
        resource,
        context: { 'aws:SourceArn': `<${id}.Arn>` },
      });
      expect({ id, resource, decision }).toEqual({ id, resource, decision: 'Allow' });
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

  it('refuses alarms of another account, other alarms, and requests without a source or without TLS', () => {
    const alarm = 'cloudwatch.amazonaws.com';
    expect(publish(alarm, ours)).toBe('Allow');
    expect(publish(alarm, { ...ours, 'aws:SourceAccount': '999999999999' })).toBe('ImplicitDeny');
    expect(publish(alarm, { ...ours, 'aws:SourceArn': 'arn:aws:cloudwatch:x:999999999999:alarm:y' })).toBe(
      'ImplicitDeny',
    );
    expect(publish(alarm, {})).toBe('ImplicitDeny');
    expect(publish(alarm, { ...ours, 'aws:SecureTransport': 'false' })).toBe('Deny');
  });

  it.each(['events.amazonaws.com', 's3.amazonaws.com'])('refuses %s', (service) => {
    expect(publish(service, { 'aws:SourceAccount': account })).toBe('ImplicitDeny');
  });

  it('accepts messages from the function, whose role may only publish and read records of runs and sweeps', () => {
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
      Properties['EventPattern'] as { detail?: { status: string[]; $or?: unknown[] } },
    ]),
  );
  const [[, alarm] = []] = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm');
  const counted =
    patterns[render((alarm!.Properties['Dimensions'] as { Value: unknown }[])[0]!.Value).slice(1, -1)]!;

  it('is the only one, and uses the rule that counts failures', () => {
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

  it('does not count stopped runs and failures caused by the input, but every other failure', () => {
    const counts = (machine: RegExp, expected: readonly string[]) => ({
      stateMachineArn: [{ Ref: expect.stringMatching(machine) }],
      error: [{ 'anything-but': [...expected] }, null, { exists: false }],
    });
    expect(counted.detail).toEqual({
      status: ['FAILED', 'TIMED_OUT'],
      $or: [
        counts(/^WorkflowStateMachine/, inputErrorNames),
        counts(/^SweepsStateMachine/, [...inputErrorNames, 'States.ExceedToleratedFailureThreshold']),
      ],
    });
    expect(inputErrorNames).toEqual(
      expect.arrayContaining(['InvalidInput', 'CostLimitExceeded', 'QualityGateFailed']),
    );
    const faults = permanentErrorNames.filter((name) => !inputErrorNames.some((each) => each === name));
    expect(faults).toEqual(['CorruptArtifact', 'ArtifactNotFound', 'StoreNotWritable', 'EngineUnavailable']);
  });

  it('is not the only notification: every end of a run and of a sweep sends a message', () => {
    const endRules = Object.entries(patterns).filter(([id]) => id.startsWith('NotificationsRunended'));
    expect(endRules.map(([, { detail }]) => detail)).toEqual([
      {
        stateMachineArn: [
          { Ref: expect.stringMatching(/^WorkflowStateMachine/) },
          { Ref: expect.stringMatching(/^SweepsStateMachine/) },
        ],
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    ]);
  });
});

import { decide } from '../support/policy-evaluator';
import { render, resourcesOf, synthesize } from './synthesize';
import { statementsOf } from './template-policies';

const synthesized = synthesize();
const account = render({ Ref: 'AWS::AccountId' });
const place = `<AWS::Region>:${account}`;
/**
 * The `aws:SourceArn` that each service sends. EC2 sends none for an instance profile. EventBridge's guide does not say
 * that it sends the rule when it assumes a target's role, so a condition might stop the rule.
 */
const sources: Readonly<Record<string, string | undefined>> = {
  'lambda.amazonaws.com': `arn:<AWS::Partition>:lambda:${place}:function:any`,
  'ecs-tasks.amazonaws.com': `arn:<AWS::Partition>:ecs:${place}:task/cluster/any`,
  'states.amazonaws.com': `arn:<AWS::Partition>:states:${place}:stateMachine:any`,
  'ec2.amazonaws.com': undefined,
  'events.amazonaws.com': undefined,
};

const roles = resourcesOf(synthesized, 'AWS::IAM::Role').map(([id, { Properties }]) => {
  const [statement] = statementsOf(Properties['AssumeRolePolicyDocument']);
  return { id, statement: statement!, service: (statement!.Principal as { Service: string }).Service };
});

test('every role is assumed by a known service', () => {
  expect(new Set(roles.map(({ service }) => service))).toEqual(new Set(Object.keys(sources)));
});

test.each(roles)('$id is assumed by $service only for this account', ({ statement, service }) => {
  const source = sources[service];
  const assume = (context: Record<string, string>) =>
    decide([statement], { service, action: 'sts:AssumeRole', resource: '*', context });
  if (source === undefined) {
    expect(assume({})).toBe('Allow');
    return;
  }
  const ours = { 'aws:SourceAccount': account, 'aws:SourceArn': source };
  expect(assume(ours)).toBe('Allow');
  expect(assume({})).toBe('ImplicitDeny');
  expect(assume({ ...ours, 'aws:SourceAccount': '999999999999' })).toBe('ImplicitDeny');
  const theirs = source.replace(account, '999999999999');
  expect(assume({ ...ours, 'aws:SourceArn': theirs })).toBe('ImplicitDeny');
});

import { decide, type PolicyStatement } from '../support/policy-evaluator';

const allow = (Action: string | string[], Resource: string | string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const deny = (Action: string, Resource: string): PolicyStatement => ({ Effect: 'Deny', Action, Resource });
const object = 'arn:aws:s3:::bucket/runs/a/run.json';
const tagged: PolicyStatement = {
  ...allow('batch:TerminateJob', '*'),
  Condition: { StringEquals: { 'aws:ResourceTag/stack': ['mine', 'ours'] } },
};

test.each([
  { why: 'no statement', statements: [], expected: 'ImplicitDeny' },
  { why: 'exactly this object', statements: [allow('s3:GetObject', object)], expected: 'Allow' },
  {
    why: 'one of several',
    statements: [allow(['s3:PutObject', 's3:GetObject'], ['x', object])],
    expected: 'Allow',
  },
  { why: 'any case in the action', statements: [allow('S3:getobject', object)], expected: 'Allow' },
  {
    why: 'another case in the key',
    statements: [allow('s3:GetObject', object.toUpperCase())],
    expected: 'ImplicitDeny',
  },
  {
    why: 'a star across slashes',
    statements: [allow('s3:Get*', 'arn:aws:s3:::bucket/*.json')],
    expected: 'Allow',
  },
  {
    why: 'one character',
    statements: [allow('s3:GetObject', object.replace('/a/', '/?/'))],
    expected: 'Allow',
  },
  {
    why: 'not two characters',
    statements: [allow('s3:GetObject', object.replace('/a/', '/?'))],
    expected: 'ImplicitDeny',
  },
  {
    why: 'a dot matches only a dot',
    statements: [allow('s3:GetObject', object.replace('n.j', 'nxj'))],
    expected: 'ImplicitDeny',
  },
  {
    why: 'only the bucket',
    statements: [allow('s3:GetObject', 'arn:aws:s3:::bucket')],
    expected: 'ImplicitDeny',
  },
  { why: 'a deny takes precedence', statements: [allow('*', '*'), deny('s3:*', '*')], expected: 'Deny' },
  {
    why: 'a deny of another action',
    statements: [allow('*', '*'), deny('s3:Put*', '*')],
    expected: 'Allow',
  },
])('reading an object: $why → $expected', ({ statements, expected }) => {
  expect(decide(statements, { action: 's3:GetObject', resource: object, context: {} })).toBe(expected);
});

test.each<{ context: Record<string, string>; expected: string }>([
  { context: { 'aws:ResourceTag/stack': 'ours' }, expected: 'Allow' },
  { context: { 'aws:resourcetag/stack': 'mine' }, expected: 'Allow' },
  { context: { 'aws:ResourceTag/stack': 'theirs' }, expected: 'ImplicitDeny' },
  { context: {}, expected: 'ImplicitDeny' },
])('a condition, given $context → $expected', ({ context, expected }) => {
  const request = { action: 'batch:TerminateJob', resource: 'arn:aws:batch:r:1:job/x', context };
  expect(decide([tagged], request)).toBe(expected);
});

test.each([
  { statement: { ...allow('*', '*'), NotAction: 's3:*' }, says: 'NotAction' },
  { statement: { ...allow('*', '*'), Condition: { DateLessThan: { x: 'y' } } }, says: 'DateLessThan' },
])('an unsupported element is an error: $says', ({ statement, says }) => {
  const request = { action: 's3:GetObject', resource: object, context: { x: 'y' } };
  expect(() => decide([statement], request)).toThrow(says);
});

test.each([
  { Principal: { Service: 'sns.amazonaws.com' }, expected: 'Allow' },
  { Principal: { Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] }, expected: 'Allow' },
  { Principal: '*' as const, expected: 'Allow' },
  { Principal: { Service: 's3.amazonaws.com' }, expected: 'ImplicitDeny' },
])('a resource that allows $Principal → $expected', ({ Principal, expected }) => {
  const request = { service: 'sns.amazonaws.com', action: 'sqs:SendMessage', resource: 'queue', context: {} };
  expect(decide([{ ...allow('sqs:SendMessage', 'queue'), Principal }], request)).toBe(expected);
});

test('a service needs a policy with principals, and a role one without', () => {
  const request = { action: 's3:GetObject', resource: object, context: {} };
  expect(() => decide([allow('*', '*')], { ...request, service: 'sns.amazonaws.com' })).toThrow('principals');
  expect(() => decide([{ ...allow('*', '*'), Principal: '*' }], request)).toThrow('principals');
  const account = { ...allow('*', '*'), Principal: { AWS: '*' } as never };
  expect(() => decide([account], { ...request, service: 'sns.amazonaws.com' })).toThrow('AWS');
});

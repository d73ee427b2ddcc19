import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list, type PolicyStatement } from '../support/policy-evaluator';
import { cloudAssemblyFolder } from './emulator-process';

export interface DeployedRole {
  /** `FunctionsplanRole…` */
  readonly logicalId: string;
  /** As requests name it. */
  readonly name: string;
  readonly statements: readonly PolicyStatement[];
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
type Values = Readonly<Record<string, string>>;

const account = '000000000000';
const region = 'us-east-1';
const pseudoParameters: Values = {
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::AccountId': account,
};

/** The roles of the synthesized template that have policies, with the ARNs of what was made of them. */
export async function readDeployedRoles(): Promise<DeployedRole[]> {
  const text = await readFile(join(cloudAssemblyFolder, 'MnistPipeline.template.json'), 'utf8');
  const { Resources: resources } = JSON.parse(text) as { Resources: Record<string, Resource> };
  const names = { ...pseudoParameters, ...(await readPhysicalIds()) };
  const resolve = (value: unknown) => resolveValue(value, resources, names);
  const statements = new Map<string, PolicyStatement[]>();
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const { Roles, PolicyDocument } = resolve(Properties) as {
      Roles: string[];
      PolicyDocument: { Statement: PolicyStatement[] };
    };
    for (const role of Roles)
      statements.set(role, [...(statements.get(role) ?? []), ...PolicyDocument.Statement]);
  }
  return Object.entries(resources)
    .filter(([logicalId, { Type }]) => Type === 'AWS::IAM::Role' && statements.has(names[logicalId]!))
    .map(([logicalId]) => ({
      logicalId,
      name: names[logicalId]!,
      statements: statements.get(names[logicalId]!)!,
    }));
}

/**
 * What the stack's resources are called, by their logical ids: CloudFormation's query interface, without a client of its
 * own for one question.
 */
export async function readPhysicalIds(): Promise<Values> {
  const answer = await fetch(process.env['AWS_ENDPOINT_URL']!, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/cloudformation/aws4_request`,
    },
    body: 'Action=DescribeStackResources&Version=2010-05-15&StackName=MnistPipeline',
  });
  const members = (await answer.text()).split('<member>').slice(1);
  const field = (member: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(member)?.[1];
  const ids = members.map((member) => [
    field(member, 'LogicalResourceId')!,
    field(member, 'PhysicalResourceId')!,
  ]);
  if (ids.length === 0) throw new Error('The stack MnistPipeline has no resources');
  return Object.fromEntries(ids) as Values;
}

/** `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Select`, `Fn::Split` and `Fn::Sub`, where policies use them. */
function resolveValue(value: unknown, resources: Readonly<Record<string, Resource>>, names: Values): unknown {
  const resolve = (inner: unknown): unknown => resolveValue(inner, resources, names);
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, parameter] = entries[0] ?? [];
  switch (entries.length === 1 ? name : undefined) {
    case 'Ref':
      return nameOf(parameter as string, names);
    case 'Fn::GetAtt':
      return arnOf((parameter as string[])[0]!, resources, names);
    case 'Fn::Join': {
      const [separator, parts] = parameter as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    case 'Fn::Split': {
      const [separator, whole] = parameter as [string, unknown];
      return (resolve(whole) as string).split(separator);
    }
    case 'Fn::Select': {
      const [index, parts] = parameter as [number, unknown];
      return (resolve(parts) as string[])[index];
    }
    case 'Fn::Sub':
      return (parameter as string).replace(/\$\{([^}]+)\}/g, (_, id: string) => nameOf(id, names));
    default:
      return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
  }
}

function nameOf(logicalId: string, names: Values): string {
  const name = names[logicalId];
  if (name === undefined) throw new Error(`The stack has no ${logicalId}`);
  return name;
}

const arnMakers: Readonly<Record<string, (name: string) => string>> = {
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::Lambda::Function': (name) => `arn:aws:lambda:${region}:${account}:function:${name}`,
  'AWS::Logs::LogGroup': (name) => `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
  // Named by their ARNs.
  'AWS::Batch::JobQueue': (arn) => arn,
  'AWS::Batch::ComputeEnvironment': (arn) => arn,
};

/** Every attribute that a policy asks for is an ARN. */
function arnOf(logicalId: string, resources: Readonly<Record<string, Resource>>, names: Values): string {
  const makeArn = arnMakers[resources[logicalId]!.Type];
  if (makeArn === undefined) throw new Error(`The ARN of a ${resources[logicalId]!.Type} is not known here`);
  return makeArn(nameOf(logicalId, names));
}

/** One right: an action on a pattern of resources. */
export interface Grant {
  readonly statement: PolicyStatement;
  readonly action: string;
  readonly resource: string;
}

export function grantsOf({ statements }: DeployedRole): Grant[] {
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) =>
      list(statement.Action).flatMap((action) =>
        list(statement.Resource).map((resource) => ({ statement, action, resource })),
      ),
    );
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list, type PolicyStatement } from '../support/policy-evaluator';
import { type Names, pseudoParameters, type Resources, resolveValue } from '../support/template-values';
import { askService, query } from './account-requests';
import { cloudAssemblyFolder } from './emulator-process';

export interface DeployedRole {
  /** `FunctionsplanRole…` */
  readonly logicalId: string;
  /** The name in requests. */
  readonly name: string;
  readonly statements: readonly PolicyStatement[];
}

/** The roles of the synthesized template that have policies, with the ARNs of the deployed resources. */
export async function readDeployedRoles(): Promise<DeployedRole[]> {
  const text = await readFile(join(cloudAssemblyFolder, 'MnistPipeline.template.json'), 'utf8');
  const { Resources: resources } = JSON.parse(text) as { Resources: Resources };
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
 * The physical names of the stack's resources, by their logical ids.
 */
export async function readPhysicalIds(): Promise<Names> {
  const request = query('2010-05-15', 'DescribeStackResources', '&StackName=MnistPipeline');
  const members = (await askService('cloudformation', request)).split('<member>').slice(1);
  const field = (member: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(member)?.[1];
  const ids = members.map((member) => [
    field(member, 'LogicalResourceId')!,
    field(member, 'PhysicalResourceId')!,
  ]);
  if (ids.length === 0) throw new Error('The stack MnistPipeline has no resources');
  return Object.fromEntries(ids) as Names;
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

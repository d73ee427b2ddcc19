import { type CfnElement, Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges one wildcard of an IAM policy, as cdk-nag spells it; any other wildcard stays a finding.
 *
 * @param policyOwner - the construct whose policy has it.
 * @param wildcard - `*`, or an ARN as written, `<LogicalId.Arn>` for a resource of the stack.
 */
export function acknowledgeWildcard(policyOwner: IConstruct, wildcard: string, reason: string): void {
  Validations.of(policyOwner).acknowledge({ id: `AwsSolutions-IAM5[Resource::${wildcard}]`, reason });
}

/** `<LogicalId.Arn>`, cdk-nag's spelling of a resource's ARN. */
export function arnInFindings(resource: IConstruct): string {
  return `<${logicalIdOf(resource)}.Arn>`;
}

/** An ARN as `Stack.formatArn` makes it, in cdk-nag's spelling: a stack that knows its account and region names them. */
export function stackArnInFindings(scope: IConstruct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  const spell = (value: string, parameter: string) => (Token.isUnresolved(value) ? `<${parameter}>` : value);
  return [
    'arn',
    spell(partition, 'AWS::Partition'),
    service,
    spell(region, 'AWS::Region'),
    spell(account, 'AWS::AccountId'),
    resource,
  ].join(':');
}

export function logicalIdOf(resource: IConstruct): string {
  const element = resource.node.defaultChild as CfnElement;
  return Stack.of(resource).resolve(element.logicalId) as string;
}

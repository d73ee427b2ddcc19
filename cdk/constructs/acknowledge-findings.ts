import { type CfnElement, Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges one wildcard of an IAM policy, in the notation of cdk-nag; any other wildcard remains a finding.
 *
 * @param policyOwner - the construct whose policy contains the wildcard.
 * @param wildcard - `*`, or an ARN as written, `<LogicalId.Arn>` for a resource of the stack.
 */
export function acknowledgeWildcard(policyOwner: IConstruct, wildcard: string, reason: string): void {
  Validations.of(policyOwner).acknowledge({ id: `AwsSolutions-IAM5[Resource::${wildcard}]`, reason });
}

/** `<LogicalId.Arn>`: the ARN of a resource in the notation of cdk-nag. */
export function arnInFindings(resource: IConstruct): string {
  return `<${logicalIdOf(resource)}.Arn>`;
}

/** An ARN as `Stack.formatArn` makes it, in the notation of cdk-nag, with account and region if the stack knows them. */
export function stackArnInFindings(scope: IConstruct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  const format = (value: string, parameter: string) => (Token.isUnresolved(value) ? `<${parameter}>` : value);
  return [
    'arn',
    format(partition, 'AWS::Partition'),
    service,
    format(region, 'AWS::Region'),
    format(account, 'AWS::AccountId'),
    resource,
  ].join(':');
}

export function logicalIdOf(resource: IConstruct): string {
  const element = resource.node.defaultChild as CfnElement;
  return Stack.of(resource).resolve(element.logicalId) as string;
}

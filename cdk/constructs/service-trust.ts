import { Aws } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';

/** `aws:SourceArn` of the services that assume a role, without its first part. */
const sources = {
  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html; Batch runs tasks in a cluster of the account. */
  'ecs-tasks.amazonaws.com': `ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
  /** The pattern that AWS' SageMaker guide uses for roles of functions. */
  'lambda.amazonaws.com': `lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:*`,
} as const;

/**
 * A service principal that may assume a role only for resources of this account and region. `ec2.amazonaws.com` is not
 * included, because EC2 sends no source for an instance profile.
 */
export function serviceOfThisAccount(service: keyof typeof sources): ServicePrincipal {
  return new ServicePrincipal(service, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:${sources[service]}` },
    },
  });
}

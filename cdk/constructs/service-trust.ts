import { Aws } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';

/** What a service says it acts for when it assumes a role: the resource's part of its ARN. */
const sources = {
  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html; Batch's tasks run in a cluster of the account. */
  'ecs-tasks.amazonaws.com': `ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
  /** As the roles that SageMaker's guide has one make for functions. */
  'lambda.amazonaws.com': `lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:*`,
} as const;

/**
 * A service that may assume a role for resources of this account and region, and for nobody else's. The instances'
 * `ec2.amazonaws.com` is not among them: EC2 names no source when it fills an instance profile.
 */
export function serviceOfThisAccount(service: keyof typeof sources): ServicePrincipal {
  return new ServicePrincipal(service, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:${sources[service]}` },
    },
  });
}

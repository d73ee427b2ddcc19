import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { StepName } from '../../lib/contracts/steps';
import { type FunctionName, functionSteps } from '../../lib/contracts/sweep-steps';
import type { Settings } from '../settings';
import { acknowledgeWildcard, arnInFindings } from './acknowledge-findings';

type StoreSettings = Pick<Settings, 'removalPolicy' | 'checkpointRetentionDays' | 'runRetentionDays'>;

/** The bucket, and the only code that grants access to it. */
export class ArtifactStore extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    { removalPolicy, checkpointRetentionDays, runRetentionDays }: StoreSettings,
  ) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          id: 'expire-replaced-versions',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        {
          id: 'expire-checkpoints',
          prefix: objectKeys.checkpoints,
          expiration: Duration.days(checkpointRetentionDays),
          // Each checkpoint replaces an earlier one: without this, ten epochs would be kept as ten versions. If two rules
          // apply to an object, S3 uses the shorter time.
          noncurrentVersionExpiration: Duration.days(1),
        },
        ...(runRetentionDays === undefined
          ? []
          : [
              { id: 'expire-old-runs', prefix: objectKeys.runs, expiration: Duration.days(runRetentionDays) },
            ]),
      ],
      removalPolicy: removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a second bucket, which grows without limit; CloudTrail data events can be enabled if needed.',
    });
  }

  /** Grants the rights of one step. */
  grantStep(step: StepName | FunctionName, role: Role): void {
    const { reads, writes } = functionSteps[step];
    this.grantRead(role, reads);
    role.addToPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: this.arnsOf(writes) }));
    // Without the right to list, S3 responds with 403 instead of 404 for an absent key. A condition on the prefix would
    // have the same effect, because a HEAD request has no prefix.
    role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }));
    this.acknowledgePatterns(role, writes);
  }

  /** @param keyPatterns - keys of this bucket, with `*` for the variable parts. */
  grantRead(role: IRole, keyPatterns: readonly string[]): void {
    role.addToPrincipalPolicy(this.readStatement(keyPatterns));
    this.acknowledgePatterns(role, keyPatterns);
  }

  readStatement(keyPatterns: readonly string[]): PolicyStatement {
    return new PolicyStatement({ actions: ['s3:GetObject'], resources: this.arnsOf(keyPatterns) });
  }

  private acknowledgePatterns(role: IRole, keyPatterns: readonly string[]): void {
    for (const pattern of keyPatterns) {
      acknowledgeWildcard(
        role,
        `${arnInFindings(this.bucket)}/${pattern}`,
        'Run ids, content keys and dataset names are not known in advance; each pattern is one kind of object of one step (lib/contracts/steps.ts).',
      );
    }
  }

  private arnsOf(keyPatterns: readonly string[]): string[] {
    return keyPatterns.map((pattern) => this.bucket.arnForObjects(pattern));
  }
}

/** Grants read access to buckets with datasets outside of this stack. */
export function grantReadOfBuckets(role: IRole, bucketNames: readonly string[]): void {
  for (const name of bucketNames) {
    const bucketArn = `arn:${Aws.PARTITION}:s3:::${name}`;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:ListBucket'],
        resources: [bucketArn, `${bucketArn}/*`],
      }),
    );
    acknowledgeWildcard(
      role,
      `arn:<AWS::Partition>:s3:::${name}/*`,
      'The setting datasetBuckets names the bucket, and a run may use any dataset in it.',
    );
  }
}

/** Grants decryption of datasets: S3 calls KMS on behalf of the role. */
export function grantUseOfKeys(role: IRole, keyArns: readonly string[]): void {
  for (const keyArn of keyArns) {
    const region = keyArn.split(':')[3];
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [keyArn],
        // A bucket and its key are in the same region. The second name is that of S3 in China.
        conditions: {
          StringEquals: {
            'kms:ViaService': [`s3.${region}.amazonaws.com`, `s3.${region}.amazonaws.com.cn`],
          },
        },
      }),
    );
  }
}

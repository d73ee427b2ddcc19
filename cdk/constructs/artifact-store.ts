import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { objectKeys } from '../../lib/contracts/object-keys';
import { pipelineSteps, type StepName } from '../../lib/contracts/steps';
import type { Settings } from '../settings';
import { acknowledgeWildcard, arnInFindings } from './acknowledge-findings';

type StoreSettings = Pick<Settings, 'removalPolicy' | 'checkpointRetentionDays' | 'runRetentionDays'>;

/** The bucket, and the only place that hands out rights to it. */
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
          id: 'drop-what-was-replaced',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        {
          id: 'drop-checkpoints',
          prefix: objectKeys.checkpoints,
          expiration: Duration.days(checkpointRetentionDays),
          // Each checkpoint replaces one, and of two rules S3 follows the shorter: ten epochs would be ten copies.
          noncurrentVersionExpiration: Duration.days(1),
        },
        ...(runRetentionDays === undefined
          ? []
          : [{ id: 'drop-old-runs', prefix: objectKeys.runs, expiration: Duration.days(runRetentionDays) }]),
      ],
      removalPolicy: removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a second bucket that grows; CloudTrail data events can be switched on where they are wanted.',
    });
  }

  /** The rights of one step, no more. */
  grantStep(step: StepName, role: Role): void {
    const { reads, writes } = pipelineSteps[step];
    this.grantRead(role, reads);
    role.addToPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: this.arnsOf(writes) }));
    // Without the right to list, S3 answers 403 instead of 404 for an absent key; conditions on the prefix would
    // bring the 403 back, as a HEAD request has no prefix.
    role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }));
    this.acknowledgePatterns(role, writes);
  }

  /** @param keyPatterns - keys of this bucket, with `*` for what varies. */
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
        'Run ids, content keys and dataset names are not known before; the pattern is one kind of object of one step (lib/contracts/steps.ts).',
      );
    }
  }

  private arnsOf(keyPatterns: readonly string[]): string[] {
    return keyPatterns.map((pattern) => this.bucket.arnForObjects(pattern));
  }
}

/** Reading datasets that lie elsewhere. */
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
      'The setting datasetBuckets names the bucket, so that any dataset in it can be trained on.',
    );
  }
}

/** Decrypting what lies in them: S3 asks KMS in the role's name. */
export function grantUseOfKeys(role: IRole, keyArns: readonly string[]): void {
  for (const keyArn of keyArns) {
    const region = keyArn.split(':')[3];
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [keyArn],
        // A bucket's key is of the bucket's region. The second is China's name for S3.
        conditions: {
          StringEquals: {
            'kms:ViaService': [`s3.${region}.amazonaws.com`, `s3.${region}.amazonaws.com.cn`],
          },
        },
      }),
    );
  }
}

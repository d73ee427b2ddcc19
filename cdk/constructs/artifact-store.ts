import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { Settings } from '../settings';

const any = '*';
const prepared = objectKeys.preparedFolder(any, any);
const shards = `${prepared}*.npz`;
const rawFiles = objectKeys.rawFile(any, any);
const run = objectKeys.run(any);

interface StepAccess {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What each step reads and writes, spelled with the keys that its code uses. */
export const stepAccess = {
  plan: {
    reads: [
      `${objectKeys.uploads}*`,
      rawFiles,
      `${prepared}*`,
      objectKeys.config(any),
      objectKeys.runRecord(any),
    ],
    writes: [rawFiles, objectKeys.plan(any, any), objectKeys.config(any)],
  },
  shard: { reads: [rawFiles], writes: [shards] },
  commit: {
    reads: [rawFiles, `${prepared}*`],
    writes: [`${prepared}first-training-image-label-*.png`, objectKeys.manifest(any, any)],
  },
  train: {
    reads: [`${prepared}*`, `${run}*`],
    writes: [
      `${objectKeys.checkpoints(any)}*`,
      objectKeys.history(any),
      objectKeys.training(any),
      objectKeys.trainingOutcome(any),
      `${run}model/*`,
    ],
  },
  evaluate: {
    reads: [`${prepared}*`, `${run}*`],
    writes: [`${run}evaluation/*`, objectKeys.report(any), objectKeys.runRecord(any)],
  },
  register: {
    reads: [objectKeys.runRecord(any), objectKeys.latestModel(any)],
    writes: [objectKeys.latestModel(any)],
  },
} as const satisfies Record<string, StepAccess>;
export type StoreUser = keyof typeof stepAccess;

/** The bucket, and the only place that hands out rights to it. */
export class ArtifactStore extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { removalPolicy }: Pick<Settings, 'removalPolicy'>) {
    super(scope, id);
    const isDestroyed = removalPolicy === 'destroy';
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
      ],
      removalPolicy: isDestroyed ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: isDestroyed,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a second bucket that grows; CloudTrail data events can be switched on where they are wanted.',
    });
  }

  /** The rights of one step, no more. */
  grantStep(step: StoreUser, grantee: IGrantable): void {
    const { reads, writes } = stepAccess[step];
    this.grantRead(grantee, reads);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:PutObject'], resources: this.arnsOf(writes) }),
    );
    // Without the right to list, S3 answers 403 instead of 404 for an absent key; conditions on the prefix would
    // bring the 403 back, as a HEAD request has no prefix.
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }

  /** @param keyPatterns - keys of this bucket, with `*` for what varies. */
  grantRead(grantee: IGrantable, keyPatterns: readonly string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: this.arnsOf(keyPatterns) }),
    );
  }

  private arnsOf(keyPatterns: readonly string[]): string[] {
    return keyPatterns.map((pattern) => this.bucket.arnForObjects(pattern));
  }
}

/** Reading datasets that lie elsewhere. */
export function grantReadOfBuckets(grantee: IGrantable, bucketNames: readonly string[]): void {
  if (bucketNames.length === 0) return;
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:ListBucket'],
      resources: bucketNames.flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]),
    }),
  );
}

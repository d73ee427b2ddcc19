import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { lambdaMemoryMib } from '../../lib/contracts/compute';
import type { PlanEnv, StepEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { type ArtifactStore, grantReadOfBuckets, type StoreUser } from './artifact-store';
import { type BundledFile, bundle, evaluationFiles, mnistFiles, projectFolder } from './bundling';

export interface PipelineFunctionsProps {
  readonly store: ArtifactStore;
  readonly settings: Settings;
}

interface FunctionSettings {
  /** Relative to the repository's root. */
  readonly entry: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  readonly files?: readonly BundledFile[];
  readonly environment?: Omit<PlanEnv, keyof StepEnv>;
}

/** Lambda's own limit, for the two steps that take longer the larger the dataset is. */
const longestTimeout = Duration.minutes(15);

/** The steps that need no native library, one Lambda each. */
export class PipelineFunctions extends Construct {
  readonly plan: LambdaFunction;
  readonly shard: LambdaFunction;
  readonly commit: LambdaFunction;
  readonly evaluate: LambdaFunction;
  readonly register: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PipelineFunctionsProps,
  ) {
    super(scope, id);
    const { settings } = props;
    this.plan = this.addFunction('plan', {
      entry: 'functions/preprocess/plan.ts',
      memoryMiB: settings.planMemoryMib,
      timeout: longestTimeout,
      files: mnistFiles,
      environment: { COMPUTES: settings.computes.join(','), GPU_HOUR_USD: String(settings.gpuHourUsd) },
    });
    grantReadOfBuckets(this.plan.role!, settings.datasetBuckets);
    this.shard = this.addFunction('shard', {
      entry: 'functions/preprocess/shard.ts',
      memoryMiB: lambdaMemoryMib,
      timeout: Duration.minutes(2),
    });
    this.commit = this.addFunction('commit', {
      entry: 'functions/preprocess/commit.ts',
      memoryMiB: lambdaMemoryMib,
      timeout: longestTimeout,
    });
    this.evaluate = this.addFunction('evaluate', {
      entry: 'functions/evaluate/handler.ts',
      memoryMiB: lambdaMemoryMib,
      timeout: Duration.minutes(5),
      files: evaluationFiles,
    });
    this.register = this.addFunction('register', {
      entry: 'functions/register/handler.ts',
      memoryMiB: 256,
      timeout: Duration.minutes(2),
    });
  }

  get all(): Readonly<Record<Exclude<StoreUser, 'train'>, LambdaFunction>> {
    const { plan, shard, commit, evaluate, register } = this;
    return { plan, shard, commit, evaluate, register };
  }

  private addFunction(step: StoreUser, options: FunctionSettings): LambdaFunction {
    const { store, settings } = this.props;
    const scope = new Construct(this, step);
    const logGroup = new LogGroup(scope, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the step ${step} may do`,
    });
    // Its own log group only, which AWS' managed policy for Lambda does not stop at.
    logGroup.grantWrite(role);
    store.grantStep(step, role);
    const environment: StepEnv = { ARTIFACT_BUCKET: store.bucket.bucketName };
    const fn = new NodejsFunction(scope, 'Function', {
      description: `${Stack.of(this).stackName}: the step ${step}`,
      entry: join(projectFolder, options.entry),
      projectRoot: projectFolder,
      depsLockFilePath: join(projectFolder, 'package-lock.json'),
      bundling: bundle(options.files),
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      memorySize: options.memoryMiB,
      timeout: options.timeout,
      environment: { ...environment, ...options.environment },
      logGroup,
      role,
    });
    Validations.of(fn).acknowledge({
      id: 'AwsSolutions-L1',
      reason: 'Node.js 22 is the newest that TensorFlow.js 4.22 supports (tensorflow/tfjs#8609).',
    });
    return fn;
  }
}

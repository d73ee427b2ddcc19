import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { lambdaMemoryMib } from '../../lib/contracts/compute';
import type { PlanEnv, StepEnv } from '../../lib/contracts/env';
import type { Settings } from '../settings';
import { type ArtifactStore, grantReadOfBuckets, grantUseOfKeys, type StoreUser } from './artifact-store';
import { evaluationFiles, mnistFiles } from './bundling';
import { NodeFunction, type NodeFunctionProps } from './node-function';

export interface PipelineFunctionsProps {
  readonly store: ArtifactStore;
  readonly settings: Settings;
}

interface FunctionSettings extends Omit<NodeFunctionProps, 'purpose' | 'settings' | 'environment'> {
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
    grantUseOfKeys(this.plan.role!, settings.datasetKeys);
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
    const environment: StepEnv = { ARTIFACT_BUCKET: store.bucket.bucketName };
    const { fn, role } = new NodeFunction(this, step, {
      ...options,
      purpose: `the step ${step}`,
      environment: { ...environment, ...options.environment },
      settings,
    });
    store.grantStep(step, role);
    return fn;
  }
}

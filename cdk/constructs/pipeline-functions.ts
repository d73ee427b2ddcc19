import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { PlanEnv, StepEnv } from '../../lib/contracts/env';
import { type LambdaStepName, lambdaStepNames, pipelineSteps } from '../../lib/contracts/steps';
import type { Settings } from '../settings';
import { type ArtifactStore, grantReadOfBuckets, grantUseOfKeys } from './artifact-store';
import { decoderFiles, evaluationFiles, fashionFolder, mnistFiles } from './bundling';
import { NodeFunction, type NodeFunctionProps } from './node-function';

export interface PipelineFunctionsProps {
  readonly store: ArtifactStore;
  readonly settings: Settings;
}

/** Properties of a function that are not in its row of `pipelineSteps`. */
interface FunctionExtras extends Pick<NodeFunctionProps, 'files' | 'folders'> {
  readonly memoryMib?: number;
  readonly environment?: Omit<PlanEnv, keyof StepEnv>;
}

function extrasOf({ planMemoryMib, computes, gpuHourUsd }: Settings): {
  readonly [Step in LambdaStepName]?: FunctionExtras;
} {
  return {
    plan: {
      memoryMib: planMemoryMib,
      files: [...mnistFiles, ...decoderFiles],
      folders: [fashionFolder],
      environment: { COMPUTES: computes.join(','), GPU_HOUR_USD: String(gpuHourUsd) },
    },
    shard: { files: decoderFiles },
    evaluate: { files: evaluationFiles },
  };
}

/** One Lambda function for each step that needs no native library. */
export class PipelineFunctions extends Construct {
  readonly byStep: Readonly<Record<LambdaStepName, LambdaFunction>>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PipelineFunctionsProps,
  ) {
    super(scope, id);
    const { settings } = props;
    const extras = extrasOf(settings);
    const functions = lambdaStepNames.map((step) => [step, this.addFunction(step, extras[step])]);
    this.byStep = Object.fromEntries(functions);
    // Both read the source in place: the plan its headers and labels, a worker its part.
    for (const { role } of [this.byStep.plan, this.byStep.shard]) {
      grantReadOfBuckets(role!, settings.datasetBuckets);
      grantUseOfKeys(role!, settings.datasetKeys);
    }
  }

  get all(): LambdaFunction[] {
    return Object.values(this.byStep);
  }

  private addFunction(step: LambdaStepName, extras: FunctionExtras = {}): LambdaFunction {
    const { store, settings } = this.props;
    const { memoryMib, timeoutMinutes } = pipelineSteps[step].lambda;
    const environment: StepEnv = { ARTIFACT_BUCKET: store.bucket.bucketName };
    const { fn, role } = new NodeFunction(this, step, {
      purpose: `the step ${step}`,
      entry: `functions/${step}/handler.ts`,
      memoryMiB: extras.memoryMib ?? memoryMib,
      timeout: Duration.minutes(timeoutMinutes),
      files: extras.files ?? [],
      folders: extras.folders ?? [],
      environment: { ...environment, ...extras.environment },
      settings,
    });
    store.grantStep(step, role);
    return fn;
  }
}

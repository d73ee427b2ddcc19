import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { stepEnvSchema } from '../contracts/env';
import { stepEventSchema } from '../contracts/execution';
import { durationMetric, metricsNamespace } from '../contracts/metrics';
import { parseOrThrow } from '../contracts/parse';
import {
  type FunctionInput,
  type FunctionName,
  type FunctionOutput,
  functionSteps,
} from '../contracts/sweep-steps';
import type { StepContext } from '../pipeline/step-context';
import { createS3Store } from '../store/s3-store';
import { logEvent } from './log-event';

export interface LambdaStepContext extends StepContext {
  readonly runId: string;
  readonly metrics: Metrics;
  /** Since the function was called, to the millisecond: the duration that the step reports. */
  readonly secondsSoFar: () => number;
}

/** The work of a step; its result becomes part of the state. */
export type RunStep<Name extends FunctionName> = (
  input: FunctionInput<Name>,
  context: LambdaStepContext,
) => Promise<FunctionOutput<Name>>;

/**
 * Makes the Lambda handler of a step: it parses the event, runs the step with S3 as its store, and measures it. Errors
 * are rethrown unchanged: Step Functions matches on their `name`, and users read their message.
 */
export function createLambdaHandler<Name extends FunctionName>(
  step: Name,
  run: RunStep<Name>,
): (event: unknown) => Promise<FunctionOutput<Name>> {
  const logger = new Logger({ serviceName: step });
  return async (event) => {
    const startedAt = Date.now();
    const { runId, input } = parseOrThrow(stepEventSchema, event, `The event of the step ${step}`);
    const metrics = new Metrics({ namespace: metricsNamespace, serviceName: step });
    logger.appendKeys({ runId });
    try {
      const { ARTIFACT_BUCKET } = parseOrThrow(stepEnvSchema, process.env, `The environment of ${step}`);
      const stepInput = parseOrThrow(functionSteps[step].input, input, `The input of the step ${step}`);
      return await run(stepInput as FunctionInput<Name>, {
        runId,
        metrics,
        secondsSoFar: () => Math.max(0, Date.now() - startedAt) / 1000,
        store: createS3Store(ARTIFACT_BUCKET),
        now: () => new Date(),
        notify: (pipelineEvent) => logEvent(logger, pipelineEvent),
        // Never aborted: Lambda sends no signal before it stops a function.
        signal: new AbortController().signal,
      });
    } catch (error) {
      logger.error(`The step ${step} failed`, error as Error);
      throw error;
    } finally {
      metrics.addMetric(durationMetric, MetricUnit.Milliseconds, Date.now() - startedAt);
      metrics.addMetadata('runId', runId);
      metrics.publishStoredMetrics();
      logger.resetKeys();
    }
  };
}

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { z } from 'zod';
import { stepEnvSchema } from '../contracts/env';
import { stepEventSchema } from '../contracts/execution';
import { parseOrThrow } from '../contracts/parse';
import { createS3Store } from '../store/s3-store';
import { logEvent } from './log-event';
import type { StepContext, StepName } from './step-context';

/** One step as a Lambda handler. */
export interface LambdaStep<Schema extends z.ZodType, Output> {
  readonly step: StepName;
  readonly inputSchema: Schema;
  /** What it returns travels in the state: pointers and small numbers. */
  readonly run: (input: z.infer<Schema>, context: LambdaStepContext) => Promise<Output>;
}

export interface LambdaStepContext extends StepContext {
  readonly runId: string;
  readonly metrics: Metrics;
  /** Since the function was called, to the millisecond: what the step says it took. */
  readonly secondsSoFar: () => number;
}

const metricsNamespace = 'MnistPipeline';

/**
 * Parses the event, runs the step with S3 as its store, and measures it. Errors go out as they are: their `name` is
 * what Step Functions matches on, their message is what people read.
 */
export function createLambdaHandler<Schema extends z.ZodType, Output>({
  step,
  inputSchema,
  run,
}: LambdaStep<Schema, Output>): (event: unknown) => Promise<Output> {
  const logger = new Logger({ serviceName: step });
  return async (event) => {
    const startedAt = Date.now();
    const what = `The event of the step ${step}`;
    const { runId, input } = parseOrThrow(stepEventSchema, event, what);
    const metrics = new Metrics({ namespace: metricsNamespace, serviceName: step });
    logger.appendKeys({ runId });
    try {
      const { ARTIFACT_BUCKET } = parseOrThrow(stepEnvSchema, process.env, `The environment of ${step}`);
      return await run(parseOrThrow(inputSchema, input, `The input of the step ${step}`), {
        runId,
        metrics,
        secondsSoFar: () => Math.max(0, Date.now() - startedAt) / 1000,
        store: createS3Store(ARTIFACT_BUCKET),
        now: () => new Date(),
        notify: (pipelineEvent) => logEvent(logger, pipelineEvent),
        // Lambda gives no warning before it stops a function: there is nothing to listen to.
        signal: new AbortController().signal,
      });
    } catch (error) {
      logger.error(`The step ${step} failed`, error as Error);
      throw error;
    } finally {
      metrics.addMetric('Duration', MetricUnit.Milliseconds, Date.now() - startedAt);
      metrics.addMetadata('runId', runId);
      metrics.publishStoredMetrics();
      logger.resetKeys();
    }
  };
}

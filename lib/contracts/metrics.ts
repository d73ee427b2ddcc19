import type { Phase } from './results';

/** CloudWatch metrics. The functions that emit them and the dashboard that shows them use these names. */
export const metricsNamespace = 'MnistPipeline';

/** The dimension of every metric; its value is the name of the step. */
export const stepDimension = 'service';

/** Of each invocation of a step, in milliseconds. */
export const durationMetric = 'Duration';

/** Seconds of a phase of the run. */
export const phaseMetric = <Name extends Phase['name']>(phase: Name) => `${phase}Seconds` as const;

/** Of each evaluated run, emitted by the step `evaluate`. */
export const runMetrics = {
  accuracy: 'Accuracy',
  loss: 'Loss',
  /** Not emitted for a run that was trained locally. */
  costUsd: 'CostUsd',
} as const;

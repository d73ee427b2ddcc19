import type { Phase } from './results';

/** CloudWatch metrics: the functions emit them, the dashboard shows them, and both read their names here. */
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
  /** Left out of a run that was trained on a machine of your own. */
  costUsd: 'CostUsd',
} as const;

import { shortenMessage } from './shorten';

/**
 * Every error that a step throws on purpose carries one of these names. Step Functions sees the name (Retry and
 * Catch match on it), the command line turns it into an exit code, and the runbook has a row for each.
 */
export const permanentErrorNames = [
  /** A setting, flag, config file or image that cannot be used as it is. */
  'InvalidInput',
  /** The four raw files are missing, malformed or contradict each other. */
  'InvalidDataset',
  /** An artifact's bytes differ from the checksum that was recorded when it was written. */
  'CorruptArtifact',
  /** A key that a step was promised is not in the store. */
  'ArtifactNotFound',
  /** The run id is taken by a finished run, or by one with another configuration. */
  'RunExists',
  /** The store refused the write for good: no space left, read-only, no permission. */
  'StoreNotWritable',
  /** The engine that was asked for cannot run on this machine. */
  'EngineUnavailable',
  /** The loss became NaN or infinite. */
  'TrainingDiverged',
  /** The training has spent what the run's maxCostUsd allows; its steps are kept in a checkpoint. */
  'CostLimitExceeded',
  /** Test accuracy below the run's threshold: the run is kept, the model is not promoted. */
  'QualityGateFailed',
] as const;

/**
 * Those of the permanent errors that answer what the run was given (its settings, its dataset, its name): nothing is
 * broken, and nobody is woken.
 */
export const decisionErrorNames = [
  'InvalidInput',
  'InvalidDataset',
  'RunExists',
  'TrainingDiverged',
  'CostLimitExceeded',
  'QualityGateFailed',
] as const satisfies (typeof permanentErrorNames)[number][];

export const transientErrorNames = [
  /** The store failed in a way that passes: throttling, a reset connection, a 5xx answer. */
  'StoreUnavailable',
  /** The run was told to stop (Ctrl-C, SIGTERM, a spot notice) and stopped cleanly. */
  'Interrupted',
] as const;

/** What only the command line meets, which looks at the workflow from outside: in no Retry and in no Catch. */
const workflowErrorNames = [
  /** Step Functions does not answer for now: throttling, a broken connection, a 5xx answer. */
  'WorkflowUnavailable',
  /** The execution was stopped, ran out of time, or failed with an error that none of the names above stands for. */
  'ExecutionFailed',
] as const;

export type PermanentErrorName = (typeof permanentErrorNames)[number];
export type TransientErrorName = (typeof transientErrorNames)[number];
export type WorkflowErrorName = (typeof workflowErrorNames)[number];
export type ErrorName = PermanentErrorName | TransientErrorName | WorkflowErrorName;

export interface ErrorDetails {
  /** What was looked at: small, printable facts such as a key, a size, a checksum. */
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/**
 * The base of every expected failure. The message says what happened, the value received, what is allowed and
 * what to do; it is read by people who have never seen the project.
 */
export abstract class PipelineError extends Error {
  readonly evidence: Readonly<Record<string, string | number | boolean | null>>;

  constructor(
    override readonly name: ErrorName,
    message: string,
    { evidence = {}, cause }: ErrorDetails = {},
  ) {
    // Logs, terminals and the causes of executions are no place for whatever somebody gave us.
    super(shortenMessage(message), cause === undefined ? undefined : { cause });
    this.evidence = Object.fromEntries(
      Object.entries(evidence).map(([key, value]) => [
        key,
        typeof value === 'string' ? shortenMessage(value) : value,
      ]),
    );
  }
}

/** Trying again with the same input fails again: never retried. */
export class PermanentError extends PipelineError {
  constructor(name: PermanentErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

/** Trying again may succeed: the workflow retries these, and only these. */
export class TransientError extends PipelineError {
  constructor(name: TransientErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

/** Turns the failure to find something into a value. Every other failure stays one. */
export async function absentAsUndefined<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof PipelineError && error.name === 'ArtifactNotFound') return undefined;
    throw error;
  }
}

/** What became of an execution, or of a question about one. */
export class WorkflowError extends PipelineError {
  constructor(name: WorkflowErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

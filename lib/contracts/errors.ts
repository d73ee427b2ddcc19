import { shortenMessage } from './shorten';

/**
 * Every expected error of a step has one of these names. Step Functions matches Retry and Catch on the name, the command
 * line maps it to an exit code, and the runbook has a row for each.
 */
export const permanentErrorNames = [
  /** A setting, flag, config file or image is invalid. */
  'InvalidInput',
  /** The four raw files are missing, malformed or inconsistent with each other. */
  'InvalidDataset',
  /** An artifact's bytes differ from the checksum that was recorded when it was written. */
  'CorruptArtifact',
  /** A key that a step needs is not in the store. */
  'ArtifactNotFound',
  /** The run id belongs to a finished run, or to a run with another configuration. */
  'RunExists',
  /** The store refuses writes permanently: no space left, read-only, no permission. */
  'StoreNotWritable',
  /** The requested engine cannot run on this machine. */
  'EngineUnavailable',
  /** The loss became NaN or infinite. */
  'TrainingDiverged',
  /** The training has used the time that the run's maxCostUsd allows; a checkpoint keeps its progress. */
  'CostLimitExceeded',
  /** The test accuracy is below the run's threshold: the run is kept, the model is not registered. */
  'QualityGateFailed',
] as const;

/**
 * The permanent errors that are caused by the input of the run (its settings, its dataset, its name). Nothing is broken,
 * so these raise no alarm.
 */
export const inputErrorNames = [
  'InvalidInput',
  'InvalidDataset',
  'RunExists',
  'TrainingDiverged',
  'CostLimitExceeded',
  'QualityGateFailed',
] as const satisfies (typeof permanentErrorNames)[number][];

export const transientErrorNames = [
  /** A temporary failure of the store: throttling, a reset connection, a 5xx response; a file not read in time. */
  'StoreUnavailable',
  /** The run received a signal to stop (Ctrl-C, SIGTERM, a spot interruption notice) and stopped cleanly. */
  'Interrupted',
] as const;

/** Thrown only by the command line, about an execution on AWS: no Retry and no Catch has them. */
const workflowErrorNames = [
  /** Step Functions does not respond at the moment: throttling, a broken connection, a 5xx response. */
  'WorkflowUnavailable',
  /** The execution was stopped, timed out, or failed with an error that has none of the names above. */
  'ExecutionFailed',
] as const;

export type PermanentErrorName = (typeof permanentErrorNames)[number];
export type TransientErrorName = (typeof transientErrorNames)[number];
export type WorkflowErrorName = (typeof workflowErrorNames)[number];
export type ErrorName = PermanentErrorName | TransientErrorName | WorkflowErrorName;

export interface ErrorDetails {
  /** Small, printable facts about the failure, such as a key, a size, a checksum. */
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/**
 * The base class of every expected failure. The message says what happened, the value received, what is allowed and
 * what to do, for readers who do not know the project.
 */
export abstract class PipelineError extends Error {
  readonly evidence: Readonly<Record<string, string | number | boolean | null>>;

  constructor(
    override readonly name: ErrorName,
    message: string,
    { evidence = {}, cause }: ErrorDetails = {},
  ) {
    // The message may contain input of any length; it goes to logs, terminals and causes of executions.
    super(shortenMessage(message), cause === undefined ? undefined : { cause });
    this.evidence = Object.fromEntries(
      Object.entries(evidence).map(([key, value]) => [
        key,
        typeof value === 'string' ? shortenMessage(value) : value,
      ]),
    );
  }
}

/** Fails again with the same input: never retried. */
export class PermanentError extends PipelineError {
  constructor(name: PermanentErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

/** May succeed if tried again: the workflow retries these, and only these. */
export class TransientError extends PipelineError {
  constructor(name: TransientErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

/** Whether an error is an expected one with one of these names. */
export const isNamed = (error: unknown, ...names: readonly ErrorName[]): error is PipelineError =>
  error instanceof PipelineError && names.includes(error.name);

/** Returns `undefined` for ArtifactNotFound; rethrows every other error. */
export async function absentAsUndefined<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNamed(error, 'ArtifactNotFound')) return undefined;
    throw error;
  }
}

/** Whether a file cannot be read because it was changed after it was written. */
export const isCorrupt = (error: unknown): error is PipelineError => isNamed(error, 'CorruptArtifact');

/** The failure of an execution, or of a request about one. */
export class WorkflowError extends PipelineError {
  constructor(name: WorkflowErrorName, message: string, details?: ErrorDetails) {
    super(name, message, details);
  }
}

/** The error of a name in its class, for one that was stored, sent, or gets another message. */
export function createError(name: ErrorName, message: string, details?: ErrorDetails): PipelineError {
  if (isOneOf(transientErrorNames, name)) return new TransientError(name, message, details);
  if (isOneOf(permanentErrorNames, name)) return new PermanentError(name, message, details);
  return new WorkflowError(name, message, details);
}

const isOneOf = <Name extends ErrorName>(names: readonly Name[], name: ErrorName): name is Name =>
  (names as readonly ErrorName[]).includes(name);

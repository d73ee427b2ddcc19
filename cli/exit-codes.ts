import { CommanderError } from 'commander';
import { PipelineError } from '../lib/contracts/errors';

/** Scripts can rely on these; docs/cli.md has the same table. */
export const exitCodes = {
  success: 0,
  /** A bug in this program: the stack trace is printed. */
  unexpected: 1,
  /** Invalid input or environment: a setting, the dataset, the store, an artifact, the machine. */
  unusableInput: 2,
  qualityGateFailed: 3,
  trainingDiverged: 4,
  /** sysexits.h EX_TEMPFAIL: a retry may succeed. */
  temporaryFailure: 75,
} as const;

/** 128 + the signal's number. */
export const stopExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof stopExitCodes;

const isStopSignal = (reason: unknown): reason is StopSignal =>
  typeof reason === 'string' && Object.hasOwn(stopExitCodes, reason);

/**
 * @param error - what a command threw; `undefined` for none.
 * @param stopReason - the name of the signal that stopped the command, if any.
 */
export function exitCodeFor(error: unknown, stopReason: unknown): number {
  if (error === undefined) return exitCodes.success;
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.success : exitCodes.unusableInput;
  if (!(error instanceof PipelineError)) return exitCodes.unexpected;
  switch (error.name) {
    case 'QualityGateFailed':
      return exitCodes.qualityGateFailed;
    case 'TrainingDiverged':
      return exitCodes.trainingDiverged;
    case 'StoreUnavailable':
    case 'WorkflowUnavailable':
    case 'ExecutionFailed':
      return exitCodes.temporaryFailure;
    case 'Interrupted':
      return stopExitCodes[isStopSignal(stopReason) ? stopReason : 'SIGINT'];
    default:
      return exitCodes.unusableInput;
  }
}

import { CommanderError } from 'commander';
import { PipelineError } from '../lib/contracts/errors';

/** What a script can rely on; the README has the same table. */
export const exitCodes = {
  success: 0,
  /** A bug of ours: the stack trace is printed. */
  unexpected: 1,
  /** Something to mend: a setting, the dataset, the store, an artifact, the machine. */
  unusableInput: 2,
  qualityGateFailed: 3,
  trainingDiverged: 4,
  /** sysexits.h EX_TEMPFAIL: trying again may help. */
  temporaryFailure: 75,
  /** 128 + SIGINT or SIGTERM. */
  interrupted: 130,
  terminated: 143,
} as const;

export function exitCodeFor(error: unknown, stoppedBy: NodeJS.Signals | undefined): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.success : exitCodes.unusableInput;
  if (!(error instanceof PipelineError)) return exitCodes.unexpected;
  switch (error.name) {
    case 'QualityGateFailed':
      return exitCodes.qualityGateFailed;
    case 'TrainingDiverged':
      return exitCodes.trainingDiverged;
    case 'StoreUnavailable':
      return exitCodes.temporaryFailure;
    case 'Interrupted':
      return stoppedBy === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    default:
      return exitCodes.unusableInput;
  }
}

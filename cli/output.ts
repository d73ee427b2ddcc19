import { setImmediate as nextTurn } from 'node:timers/promises';
import { exitCodes } from './exit-codes';

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;

/**
 * Takes care of readers that leave and disks that are full: a training goes on when nobody reads what it says.
 *
 * @returns to be called with the exit code when the command has ended; gives the one for the process.
 */
export function guardOutput(out: Stream, err: Stream): (exitCode: number) => Promise<number> {
  let failure: NodeJS.ErrnoException | undefined;
  out.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  // Progress that nobody can read is not a failure, and there is nowhere to say so.
  err.on('error', () => {});
  return async (exitCode) => {
    // A failed write tells of itself in a later turn.
    await nextTurn();
    // `mnist-pipeline runs | head` closes the pipe early, which is no error.
    if (failure === undefined || failure.code === 'EPIPE') return exitCode;
    err.write(
      `\nThe result could not be written to standard output: the system said ${failure.code}. What the command stored is in the store; have the output written to a place with room, or read it on a terminal.\n`,
    );
    return exitCode === exitCodes.success ? exitCodes.unusableInput : exitCode;
  };
}

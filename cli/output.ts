import { setImmediate as nextTurn } from 'node:timers/promises';
import { exitCodes } from './exit-codes';

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;

/**
 * Handles closed pipes and full disks: training continues when nobody reads its output.
 *
 * @returns a function to call when the command has ended: it takes the command's exit code and returns the process's.
 */
export function guardOutput(out: Stream, err: Stream): (exitCode: number) => Promise<number> {
  let failure: NodeJS.ErrnoException | undefined;
  out.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  // Unreadable progress is not a failure, and there is nowhere to report it.
  err.on('error', () => {});
  return async (exitCode) => {
    // A failed write emits its error in a later turn of the event loop.
    await nextTurn();
    // `mnist-pipeline runs | head` closes the pipe early, which is no error.
    if (failure === undefined || failure.code === 'EPIPE') return exitCode;
    err.write(
      `\nThe result could not be written to standard output: ${failure.code}. The store has everything that the command stored. Redirect the output to a disk with free space, or show it on a terminal.\n`,
    );
    return exitCode === exitCodes.success ? exitCodes.unusableInput : exitCode;
  };
}

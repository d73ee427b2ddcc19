import { spawn } from 'node:child_process';
import { TransientError } from '../contracts/errors';

export interface CommandOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Starts a programme and resolves with its standard output when it has ended well. */
export type CommandRunner = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<string>;

/** A programme could not be started or did not end well; the message is for people, and ends without a full stop. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/**
 * @throws CommandFailure with the last lines that the programme wrote; TransientError Interrupted when `signal` is
 *   aborted, after the programme has ended.
 */
export const runCommand: CommandRunner = (command, args, { cwd, signal } = {}) =>
  new Promise((resolve, reject) => {
    // Signals reach us through `signal`; a terminal's Ctrl-C must not end the child behind our back.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      output.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.err += chunk;
    });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const end = (error: Error | undefined) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) {
        reject(
          new TransientError(
            'Interrupted',
            `The preparation of native TensorFlow was told to stop while "${command}" ran. Nothing half-made is used; run the command again to start it anew.`,
          ),
        );
      } else if (error !== undefined) reject(error);
      else resolve(output.out);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${error.message})`;
      end(new CommandFailure(`${command} ${problem}`));
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) return end(undefined);
      const last = (output.err.trim() || output.out.trim()).split('\n').slice(-3).join(' / ');
      const ending = code === null ? `was ended by ${killedBy}` : `ended with code ${code}`;
      end(new CommandFailure(`${command} ${ending}${last === '' ? '' : `: ${last}`}`));
    });
  });

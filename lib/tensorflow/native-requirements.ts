import { mkdir } from 'node:fs/promises';
import { CommandFailed, type Machine, NativeUnavailable } from './native-machine';
import type { TensorFlowRelease } from './native-release';

/**
 * What is kept, and for a minute a wheel or two copies of TensorFlow's libraries, since stripping makes one.
 */
function neededGigabytes({ keptMegabytes }: TensorFlowRelease): number {
  return Math.ceil(keptMegabytes / 100 + 9.5) / 10;
}

/**
 * Looks for everything that preparing needs, so that a lack shows before the long download.
 *
 * @throws NativeUnavailable with what is missing and how to get it.
 */
export async function requirePreparable(
  { platform, hasGlibc, run }: Machine,
  release: TensorFlowRelease,
  signal?: AbortSignal,
): Promise<void> {
  if (platform !== 'linux-x64' || !hasGlibc) {
    const received = platform === 'linux-x64' ? 'linux-x64 without glibc' : platform;
    throw new NativeUnavailable(
      `native TensorFlow is prepared on Linux x64 with glibc only, and this is ${received}`,
      'Use such a machine, or a container or WSL 2 on this one.',
    );
  }
  const python = `which brings TensorFlow ${release.version} from PyPI and is needed only for this`;
  await requireCommand(run, ['python3', '--version'], signal, {
    reason: `there is no Python 3 on the PATH, ${python}`,
    remedy: 'Install Python 3 with pip (Debian, Ubuntu: apt-get install python3 python3-pip).',
  });
  await requireCommand(run, ['python3', '-m', 'pip', '--version'], signal, {
    reason: `the Python 3 on the PATH has no pip, ${python}`,
    remedy: 'Install pip (Debian, Ubuntu: apt-get install python3-pip).',
  });
  await requireCommand(run, ['g++', '--version'], signal, {
    reason: 'there is no C++ compiler g++ on the PATH, which builds the TensorFlow.js binding',
    remedy: 'Install g++ (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++).',
  });
}

/** @param cpuinfo - the text of /proc/cpuinfo. */
export function hasAvx(cpuinfo: string): boolean {
  return /^flags\s*:.*\bavx\b/m.test(cpuinfo);
}

/** Makes the cache folder where there is none. */
export async function requireSpace(
  { cacheRoot, measureFreeBytes }: Machine,
  release: TensorFlowRelease,
): Promise<void> {
  await mkdir(cacheRoot, { recursive: true });
  const freeBytes = await measureFreeBytes(cacheRoot);
  if (freeBytes >= neededGigabytes(release) * 1e9) return;
  throw noSpace(cacheRoot, release, `${(freeBytes / 1e9).toFixed(1)} GB are free`);
}

export function noSpace(cacheRoot: string, release: TensorFlowRelease, finding: string): NativeUnavailable {
  return new NativeUnavailable(
    `there is too little space in ${cacheRoot}: preparing takes ${neededGigabytes(release)} GB for a minute, and ${finding}`,
    'Free some space, or set MNIST_PIPELINE_CACHE to a folder on a larger disk.',
  );
}

async function requireCommand(
  run: Machine['run'],
  [command, ...parameters]: readonly [string, ...string[]],
  signal: AbortSignal | undefined,
  lack: { readonly reason: string; readonly remedy: string },
): Promise<void> {
  try {
    await run(command, parameters, { signal });
  } catch (error) {
    if (error instanceof CommandFailed) throw new NativeUnavailable(lack.reason, lack.remedy);
    throw error;
  }
}

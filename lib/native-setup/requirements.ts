import { mkdir } from 'node:fs/promises';
import type { TensorFlowRelease } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { CommandFailed, type Machine } from './machine';

/**
 * The installed size, plus temporarily a wheel or a second copy of TensorFlow's libraries, which stripping makes.
 */
function neededGigabytes({ keptMegabytes }: TensorFlowRelease): number {
  return Math.ceil(keptMegabytes / 100 + 9.5) / 10;
}

export const noAvx = [
  "this processor lacks instructions that TensorFlow's builds need (AVX)",
  'Use another machine.',
] as const;

/**
 * Checks that a build in a shared folder, which another machine may have prepared, can run on this machine.
 *
 * @throws NativeUnavailable
 */
export function requireRunnable(machine: Pick<Machine, 'platform' | 'hasGlibc' | 'hasAvx'>): void {
  requireSystem(machine);
  if (!machine.hasAvx) throw new NativeUnavailable(...noAvx);
}

function requireSystem({ platform, hasGlibc }: Pick<Machine, 'platform' | 'hasGlibc'>): void {
  if (platform === 'linux-x64' && hasGlibc) return;
  const received = platform === 'linux-x64' ? 'linux-x64 without glibc' : platform;
  throw new NativeUnavailable(
    `native TensorFlow is prepared on Linux x64 with glibc only, and this is ${received}`,
    'Use such a machine, or a container or WSL 2 on this one.',
  );
}

/** The first version that supports the wheel format `manylinux_2_27` of TensorFlow: https://pip.pypa.io/en/stable/news/#v20-3 */
const oldestPip = [20, 3] as const;

/**
 * Checks all requirements before the long download.
 *
 * @returns the version output of the tools.
 * @throws NativeUnavailable with the missing requirement and how to install it.
 */
export async function requirePreparable(
  machine: Machine,
  release: TensorFlowRelease,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  requireSystem(machine);
  const { run } = machine;
  const python = `which downloads TensorFlow ${release.version} from PyPI and is needed only for this`;
  const pythonVersion = await requireCommand(run, ['python3', '--version'], signal, {
    reason: `there is no Python 3 on the PATH, ${python}`,
    remedy: 'Install Python 3 with pip (Debian, Ubuntu: apt-get install python3 python3-pip).',
  });
  const pipVersion = await requireCommand(run, ['python3', '-m', 'pip', '--version'], signal, {
    reason: `the Python 3 on the PATH has no pip, ${python}`,
    remedy: 'Install pip (Debian, Ubuntu: apt-get install python3-pip).',
  });
  requireNewPip(pipVersion);
  const compilerVersion = await requireCommand(run, ['g++', '--version'], signal, {
    reason: 'there is no C++ compiler g++ on the PATH, which builds the TensorFlow.js binding',
    remedy: 'Install g++ (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++).',
  });
  return [pythonVersion, pipVersion, compilerVersion];
}

/** @param cpuinfo - the text of /proc/cpuinfo. */
export function hasAvx(cpuinfo: string): boolean {
  return /^flags\s*:.*\bavx\b/m.test(cpuinfo);
}

/** @param answer - such as `pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)`. */
function requireNewPip(answer: string): void {
  const version = /^pip (\d+)\.(\d+)/.exec(answer);
  if (version === null) return;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major > oldestPip[0] || (major === oldestPip[0] && minor >= oldestPip[1])) return;
  throw new NativeUnavailable(
    `the Python 3 on the PATH has pip ${major}.${minor}, and only pip ${oldestPip.join('.')} or newer supports the format of the TensorFlow package`,
    'Update it (python3 -m pip install --upgrade pip), and try again.',
  );
}

/** Creates the cache folder if necessary, and checks that it has enough space and can hold libraries. */
export async function requireRoom(
  { cacheRoot, measureFreeBytes, mayExecuteIn }: Machine,
  release: TensorFlowRelease,
): Promise<void> {
  await mkdir(cacheRoot, { recursive: true });
  if (!(await mayExecuteIn(cacheRoot))) {
    throw new NativeUnavailable(
      `no program or library can be started from the cache folder ${cacheRoot}, whose file system is mounted noexec`,
      'Set MNIST_PIPELINE_CACHE to a folder on another file system.',
    );
  }
  const freeBytes = await measureFreeBytes(cacheRoot);
  if (freeBytes >= neededGigabytes(release) * 1e9) return;
  throw noSpace(cacheRoot, release, `${(freeBytes / 1e9).toFixed(1)} GB are free`);
}

export function noSpace(cacheRoot: string, release: TensorFlowRelease, finding: string): NativeUnavailable {
  return new NativeUnavailable(
    `there is too little space in ${cacheRoot}: preparing temporarily needs ${neededGigabytes(release)} GB, and ${finding}`,
    'Free some space, or set MNIST_PIPELINE_CACHE to a folder on a larger disk.',
  );
}

async function requireCommand(
  run: Machine['run'],
  [command, ...parameters]: readonly [string, ...string[]],
  signal: AbortSignal | undefined,
  lack: { readonly reason: string; readonly remedy: string },
): Promise<string> {
  try {
    return await run(command, parameters, { signal });
  } catch (error) {
    if (error instanceof CommandFailed) throw new NativeUnavailable(lack.reason, lack.remedy);
    throw error;
  }
}

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isOwnerGone, newOwnedName } from '../store/directory-owner';
import {
  cpuRelease,
  downloadMegabytes,
  findCacheRoot,
  nativeCacheFolder,
  type TensorFlowRelease,
} from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { buildNativeTensorFlow } from './build';
import { FailedBuild } from './failed-build';
import { type Machine, thisMachine } from './machine';
import { readPreparedState } from './ready-marker';
import { noSpace, requirePreparable, requireRoom, requireRunnable } from './requirements';
import { runSelfTest } from './run-self-test';

export type NativeTensorFlow =
  | { available: true; tensorflowVersion: string; cacheFolder: string }
  /** The reason is a part of a sentence, the remedy one or more sentences. */
  | { available: false; reason: string; remedy: string };

export interface NativeOptions {
  /** @default TensorFlow for the CPU */
  readonly release?: TensorFlowRelease;
  /** @default this machine */
  readonly machine?: Machine;
  /**
   * For an image that is built on a processor on which TensorFlow does not run: the machine that loads it runs the
   * self-test.
   *
   * @default false
   */
  readonly isTestedLater?: boolean;
}

/**
 * Finds native TensorFlow in the cache, or downloads, compiles and tests it: about a minute, once per machine and
 * version. A folder in the cache is complete or absent, even if the process is killed or several processes prepare it at
 * the same time.
 *
 * @throws TransientError Interrupted. A missing requirement is a result, not an error.
 */
export async function prepareNativeTensorFlow(
  log: (message: string) => void,
  signal?: AbortSignal,
  { release = cpuRelease, machine: given, isTestedLater = false }: NativeOptions = {},
): Promise<NativeTensorFlow> {
  return catchLack(given, release, async (machine) => {
    const cacheFolder = nativeCacheFolder(release, machine.cacheRoot);
    const state = await readPreparedState(cacheFolder, release, 'quick');
    if (state.isReady) {
      requireRunnable(machine);
      if (state.marker.isUntested) {
        log('Testing native TensorFlow, which was prepared on another machine');
        await runSelfTest(machine.run, cacheFolder, release, signal);
      }
      const preparedOn = state.marker.preparedAt.slice(0, 10);
      log(`Native TensorFlow ${release.version} is ready (prepared on ${preparedOn} in ${cacheFolder})`);
      return { available: true, tensorflowVersion: release.version, cacheFolder };
    }
    const tools = await requirePreparable(machine, release, signal);
    await requireRoom(machine, release);
    const failedBuild = await FailedBuild.of(machine, release, tools);
    await failedBuild.throwIfKept();
    if (state.problem !== undefined) log(`The files in ${cacheFolder} cannot be trusted: ${state.problem}`);
    log(
      `Preparing native TensorFlow ${release.version} in ${cacheFolder}, once: a download of ${downloadMegabytes(release)} MB, ${release.keptMegabytes} MB on disk, ${describeWait(release)}. Python and g++ are needed only for this.`,
    );
    const started = performance.now();
    try {
      await buildInTemporaryFolder({ cacheFolder, release, machine, log, signal, isTestedLater });
    } catch (error) {
      if (error instanceof NativeUnavailable && error.isLasting) await failedBuild.keep(error);
      throw error;
    }
    await failedBuild.forget();
    const seconds = Math.round((performance.now() - started) / 1000);
    log(`Native TensorFlow ${release.version} is ready (prepared in ${seconds} s)`);
    return { available: true, tensorflowVersion: release.version, cacheFolder };
  });
}

/** Hashes every file and runs the self-test, but prepares nothing. */
export async function inspectNativeTensorFlow({
  release = cpuRelease,
  machine: given,
}: NativeOptions = {}): Promise<NativeTensorFlow> {
  return catchLack(given, release, async (machine) => {
    const cacheFolder = nativeCacheFolder(release, machine.cacheRoot);
    const state = await readPreparedState(cacheFolder, release, 'full');
    if (state.isReady) {
      await runSelfTest(machine.run, cacheFolder, release, undefined);
      return { available: true, tensorflowVersion: release.version, cacheFolder };
    }
    const tools = await requirePreparable(machine, release);
    await (await FailedBuild.of(machine, release, tools)).throwIfKept();
    const reason =
      state.problem === undefined
        ? `not prepared yet (there is no ${cacheFolder})`
        : `the files in ${cacheFolder} cannot be trusted: ${state.problem}`;
    const remedy = `The next training prepares it: a download of ${downloadMegabytes(release)} MB, ${describeWait(release)}, once.`;
    return { available: false, reason, remedy };
  });
}

/** Whether the cache has it, by a check that takes at most a second. */
export async function isNativePrepared({
  release = cpuRelease,
  machine,
}: NativeOptions = {}): Promise<boolean> {
  let cacheRoot = '';
  try {
    cacheRoot = machine?.cacheRoot ?? findCacheRoot();
    return (await readPreparedState(nativeCacheFolder(release, cacheRoot), release, 'quick')).isReady;
  } catch (error) {
    if (explainLack(error, cacheRoot, release) === undefined) throw error;
    return false;
  }
}

function describeWait({ cudaWheels }: TensorFlowRelease): string {
  return cudaWheels.length === 0 ? 'about a minute' : 'a few minutes';
}

interface Preparation {
  readonly cacheFolder: string;
  readonly release: TensorFlowRelease;
  readonly machine: Machine;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  readonly isTestedLater: boolean;
}

async function buildInTemporaryFolder({ cacheFolder, ...preparation }: Preparation): Promise<void> {
  await removeAbandonedBuilds(cacheFolder);
  const folder = nameTemporaryFolder(cacheFolder);
  try {
    await mkdir(folder);
    await buildNativeTensorFlow({ ...preparation, folder });
    await publish(folder, cacheFolder, preparation.release);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A temporary folder beside the cache folder; its name contains its owner. */
function nameTemporaryFolder(cacheFolder: string): string {
  return `${cacheFolder}.building.${newOwnedName()}`;
}

async function removeAbandonedBuilds(cacheFolder: string): Promise<void> {
  const prefix = `${basename(cacheFolder)}.building.`;
  for (const name of await readdir(dirname(cacheFolder))) {
    if (!name.startsWith(prefix) || !isOwnerGone(name.slice(prefix.length))) continue;
    await rm(join(dirname(cacheFolder), name), { recursive: true, force: true });
  }
}

/** If several processes prepared the same folder, the first one is kept, and the others use it. */
async function publish(folder: string, cacheFolder: string, release: TensorFlowRelease): Promise<void> {
  const broken = nameTemporaryFolder(cacheFolder);
  try {
    if ((await readPreparedState(cacheFolder, release, 'quick')).isReady) return;
    await rename(cacheFolder, broken).catch(ignoreCode('ENOENT'));
    await rename(folder, cacheFolder).catch(ignoreCode('ENOTEMPTY', 'EEXIST'));
  } finally {
    await rm(broken, { recursive: true, force: true });
  }
}

function ignoreCode(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(codeOf(error))) throw error;
  };
}

/** Converts a missing requirement into a result; other errors are thrown. */
async function catchLack(
  given: Machine | undefined,
  release: TensorFlowRelease,
  work: (machine: Machine) => Promise<NativeTensorFlow>,
): Promise<NativeTensorFlow> {
  let cacheRoot = '';
  try {
    const machine = given ?? thisMachine();
    cacheRoot = machine.cacheRoot;
    return await work(machine);
  } catch (error) {
    const lack = explainLack(error, cacheRoot, release);
    if (lack === undefined) throw error;
    return { available: false, reason: lack.reason, remedy: lack.remedy };
  }
}

function explainLack(
  error: unknown,
  cacheRoot: string,
  release: TensorFlowRelease,
): NativeUnavailable | undefined {
  if (error instanceof NativeUnavailable) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(cacheRoot, release, 'the disk ran full');
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EIO'].includes(code)) return undefined;
  return new NativeUnavailable(
    `the cache folder ${cacheRoot} cannot be used (${(error as Error).message})`,
    'Set MNIST_PIPELINE_CACHE to a writable folder.',
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

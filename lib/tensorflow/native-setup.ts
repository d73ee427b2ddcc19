import { mkdir, mkdtemp, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { version as bindingVersion } from '@tensorflow/tfjs-node/package.json';
import { bindingPackageFolder, buildNativeBinding, tensorflowWheel } from './native-build';
import { defaultCacheFolder, inspectCache, nativeLayout, writeMarker } from './native-cache';
import { CommandFailure, type CommandRunner, runCommand } from './run-command';

export type NativeTensorFlow =
  | { readonly available: true; readonly tensorflowVersion: string; readonly cacheFolder: string }
  /** `reason` finishes a sentence, without a full stop; `remedy` is a sentence. */
  | { readonly available: false; readonly reason: string; readonly remedy: string };

/** What tests replace. */
export interface NativeSetupOptions {
  readonly cacheFolder?: string;
  readonly run?: CommandRunner;
  readonly platform?: string;
  /** The folder of the `@tensorflow/tfjs-node` package, which looks for the binding inside itself. */
  readonly packageFolder?: string;
}

/**
 * Has native TensorFlow ready for `loadTfjsNode`: takes it from the cache, or prepares it there on first use, which
 * takes a minute. What a machine lacks is an answer, not an error.
 *
 * @param say - told what happens, a line at a time.
 * @throws TransientError Interrupted.
 */
export async function prepareNativeTensorFlow(
  say: (message: string) => void,
  signal?: AbortSignal,
  options: NativeSetupOptions = {},
): Promise<NativeTensorFlow> {
  const { run = runCommand, packageFolder = bindingPackageFolder() } = options;
  if (!isSupported(options)) return unsupported(options);
  const folder = preparedFolder(options);
  try {
    const cached = await inspectCache(folder, { isThorough: false });
    if (cached.state === 'ready') {
      const { tensorflowVersion, preparedAt } = cached.marker;
      say(
        `Native TensorFlow ${tensorflowVersion} is ready: prepared on ${preparedAt.slice(0, 10)}, kept in ${folder}`,
      );
    } else {
      if (cached.state === 'damaged') {
        say(`The prepared native TensorFlow cannot be used (${cached.problem}); it is prepared again.`);
        await rm(folder, { recursive: true });
      }
      const startedAt = Date.now();
      say(`Preparing native TensorFlow ${tensorflowWheel.version}, once; it will be kept in ${folder}`);
      await prepareInto(folder, { run, say, signal });
      say(
        `Native TensorFlow ${tensorflowWheel.version} is ready after ${Math.round((Date.now() - startedAt) / 1000)} s`,
      );
    }
    await linkIntoPackage(folder, packageFolder);
    return { available: true, tensorflowVersion: tensorflowWheel.version, cacheFolder: folder };
  } catch (error) {
    return explainFailure(error, folder);
  }
}

/** The same question without preparing anything; reads every byte of what is there. */
export async function inspectNativeTensorFlow(options: NativeSetupOptions = {}): Promise<NativeTensorFlow> {
  if (!isSupported(options)) return unsupported(options);
  const folder = preparedFolder(options);
  const cached = await inspectCache(folder, { isThorough: true });
  switch (cached.state) {
    case 'ready':
      return { available: true, tensorflowVersion: cached.marker.tensorflowVersion, cacheFolder: folder };
    case 'absent':
      return {
        available: false,
        reason: 'not prepared yet',
        remedy: 'The first training run prepares it; that takes a minute.',
      };
    case 'damaged':
      return { available: false, reason: cached.problem, remedy: 'The next training run prepares it again.' };
  }
}

function preparedFolder({ cacheFolder = defaultCacheFolder() }: NativeSetupOptions): string {
  return join(cacheFolder, `tensorflow-${tensorflowWheel.version}-tfjs-node-${bindingVersion}-linux-x64`);
}

function isSupported({ platform = `${process.platform}-${process.arch}` }: NativeSetupOptions): boolean {
  return platform === 'linux-x64';
}

function unsupported({
  platform = `${process.platform}-${process.arch}`,
}: NativeSetupOptions): NativeTensorFlow {
  return {
    available: false,
    reason: `there is no native library for ${platform} here, only for linux-x64`,
    remedy: 'On another system, run it in a Linux container, or in the cloud.',
  };
}

/** Built beside its place and moved there when it is whole, so that a kill leaves nothing that passes for ready. */
async function prepareInto(folder: string, tools: Parameters<typeof buildNativeBinding>[1]): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandonedBuilds(parent);
  const building = await mkdtemp(join(parent, `${buildPrefix}${process.pid}-`));
  try {
    const version = await buildNativeBinding(building, tools);
    await writeMarker(building, version, new Date());
    await rename(building, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster, and what it made is as good.
      const isTaken = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (!isTaken || (await inspectCache(folder, { isThorough: false })).state !== 'ready') throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

const buildPrefix = '.building-';

async function removeAbandonedBuilds(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(buildPrefix)
      ? Number(name.slice(buildPrefix.length).split('-')[0])
      : undefined;
    if (pid !== undefined && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The package looks for its binding below its own folder; a link there costs nothing and survives `npm ci`'s return. */
async function linkIntoPackage(folder: string, packageFolder: string): Promise<void> {
  const target = join(folder, nativeLayout.bindingFolder);
  const link = join(packageFolder, nativeLayout.bindingFolder);
  const present = await readlink(link).catch(() => undefined);
  if (present === target) return;
  await mkdir(dirname(link), { recursive: true });
  const fresh = `${link}-${process.pid}`;
  await symlink(target, fresh);
  await rename(fresh, link);
}

const remedies: Readonly<Record<string, string>> = {
  python3: 'Install Python 3 with pip (Debian: "apt-get install python3-pip") and run the command again.',
  'g++': 'Install a C++ compiler (Debian: "apt-get install g++") and run the command again.',
  strip: 'Install binutils (Debian: "apt-get install binutils") and run the command again.',
};

/** What can be the machine's fault becomes an answer; anything else is thrown on. */
function explainFailure(error: unknown, folder: string): NativeTensorFlow {
  if (error instanceof CommandFailure) {
    const programme = error.message.split(' ')[0]!;
    const isMissing = /is not on the PATH|No module named pip/.test(error.message);
    const remedy = (isMissing ? remedies[programme] : undefined) ?? 'Mend that and run the command again.';
    return { available: false, reason: error.message, remedy };
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    return {
      available: false,
      reason: `${(error as Error).message}`,
      remedy: `Make sure that ${folder} and node_modules can be written and that 2 GB are free there, or set MNIST_PIPELINE_CACHE to another folder.`,
    };
  }
  throw error;
}

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tfjsNodeFolder } from './native-binding';
import { CommandFailed, type Machine, NativeUnavailable, throwIfInterrupted } from './native-machine';
import { hashFile, writeMarker } from './native-marker';
import { bindingFile, libraryFiles, quietenLogFile, type TensorFlowRelease } from './native-release';
import { noSpace } from './native-requirements';
import { runSelfTest } from './native-self-test-run';

interface Build {
  readonly machine: Machine;
  readonly release: TensorFlowRelease;
  /** Empty, and this build's own. */
  readonly folder: string;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fills the folder with the two libraries, the binding and, after the self-test, the marker.
 *
 * @throws NativeUnavailable; TransientError Interrupted.
 */
export async function buildNativeTensorFlow(build: Build): Promise<void> {
  const { machine, release, folder, say, signal } = build;
  const scratch = join(folder, 'scratch');
  await mkdir(join(scratch, 'wheel'), { recursive: true });
  say(`Downloading ${release.package} ${release.version} from PyPI (${release.wheelMegabytes} MB)`);
  const wheel = await downloadWheel(build, join(scratch, 'wheel'));
  say('Unpacking its headers and libraries');
  throwIfInterrupted(signal);
  await unpackWheel(build, wheel, scratch);
  await rm(wheel);
  say('Compiling the TensorFlow.js binding');
  await compileBinding(build, join(scratch, 'tensorflow', 'include'));
  await rm(scratch, { recursive: true });
  say('Testing it');
  await runSelfTest(machine.run, folder, release, signal);
  await writeMarker(folder, release, machine.now());
}

async function downloadWheel(build: Build, destination: string): Promise<string> {
  const { release } = build;
  const wheelOf = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--platform',
    'manylinux_2_27_x86_64',
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
  const requirement = `${release.package}==${release.version}`;
  const parameters = ['-m', 'pip', 'download', requirement, '--dest', destination, ...wheelOf, ...manners];
  await runStage(build, 'python3', parameters, (summary) => [
    `pip could not download ${release.package} ${release.version} (${summary})`,
    'Check the connection to PyPI, or set PIP_INDEX_URL to a mirror, and try again.',
  ]);
  const [file] = await readdir(destination);
  const wheel = join(destination, file ?? 'no wheel');
  const sha256 = file === undefined ? 'none' : await hashFile(wheel);
  if (sha256 === release.wheelSha256) return wheel;
  throw new NativeUnavailable(
    `the downloaded ${basename(wheel)} has SHA-256 ${sha256} instead of ${release.wheelSha256}`,
    'Check which package index pip is set to (pip config list), and try again.',
  );
}

/** Reads a ZIP without loading its 788 MB member into memory. Parameters: the wheel, the folder, prefixes of names. */
const unpackScript = `
import sys, zipfile
wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(tuple(prefixes))])
`;

async function unpackWheel(build: Build, wheel: string, scratch: string): Promise<void> {
  const libraries = libraryFiles.map((file) => `tensorflow/${basename(file)}`);
  const headers = ['tensorflow/c', 'tensorflow/core/platform', 'tsl', 'xla/tsl'].map(
    (folder) => `tensorflow/include/${folder}/`,
  );
  await runStage(
    build,
    'python3',
    ['-c', unpackScript, wheel, scratch, ...libraries, ...headers],
    (summary) => [
      `the downloaded wheel cannot be unpacked (${summary})`,
      'Check that Python 3 has its zlib module, and try again.',
    ],
  );
  for (const file of libraryFiles) {
    const library = join(build.folder, file);
    await mkdir(dirname(library), { recursive: true });
    await rename(join(scratch, 'tensorflow', basename(file)), library);
    await stripSymbols(build, library);
  }
}

/** Saves 200 MB where binutils are installed, and is left out where they are not. */
async function stripSymbols({ machine, signal }: Build, library: string): Promise<void> {
  try {
    await machine.run('strip', ['--strip-unneeded', library], { signal });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (isDiskFull(error)) throw noSpace(machine.cacheRoot, 'it ran full');
  }
}

async function compileBinding(build: Build, tensorflowHeaders: string): Promise<void> {
  const source = join(tfjsNodeFolder(), 'binding');
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const headers = [tensorflowHeaders, nodeHeaders, dirname(source)];
  const libraries = libraryFiles.map((file) => join(build.folder, file));
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(source, file));
  await mkdir(dirname(join(build.folder, bindingFile)), { recursive: true });
  await compileAddon(build, headers, [join(__dirname, 'quieten-log.cc')], quietenLogFile);
  await compileAddon(build, headers, [...sources, ...libraries], bindingFile);
}

async function compileAddon(
  build: Build,
  headers: readonly string[],
  sourcesAndLibraries: readonly string[],
  output: string,
): Promise<void> {
  const language = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];
  const includes = headers.map((folder) => `-I${folder}`);
  const target = ['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', join(build.folder, output)];
  await runStage(build, 'g++', [...language, ...includes, ...sourcesAndLibraries, ...target], (summary) => [
    `g++ could not compile the TensorFlow.js binding (${summary})`,
    'Install g++ 9 or newer with its standard library, and try again.',
  ]);
}

/** Temporary files of pip and g++ go to the build's own folder: /tmp may be small. */
async function runStage(
  { machine, folder, signal }: Build,
  command: string,
  parameters: readonly string[],
  explain: (summary: string) => readonly [reason: string, remedy: string],
): Promise<void> {
  try {
    await machine.run(command, parameters, { signal, environment: { TMPDIR: join(folder, 'scratch') } });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (isDiskFull(error)) throw noSpace(machine.cacheRoot, 'it ran full');
    throw new NativeUnavailable(...explain(error.summary));
  }
}

function isDiskFull({ output }: CommandFailed): boolean {
  return /no space left|disk quota/i.test(output);
}

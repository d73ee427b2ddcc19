import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { packageFile } from '../installation/package-file';
import { bindingFile, libraryFiles, quietenLogFile, requireCudaFile } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { type Build, downloadWheel, isDiskFull, runStage } from './build-stages';
import { addCudaLibraries } from './cuda-libraries';
import { CommandFailed, throwIfInterrupted } from './machine';
import { writeMarker } from './ready-marker';
import { noSpace } from './requirements';
import { runSelfTest } from './run-self-test';

/**
 * Fills the folder with the two libraries, those of CUDA, the binding and, last, the marker.
 *
 * @throws NativeUnavailable; TransientError Interrupted.
 */
export async function buildNativeTensorFlow(build: Build): Promise<void> {
  const { machine, release, folder, log, signal, isTestedLater } = build;
  const scratch = join(folder, 'scratch');
  await mkdir(join(scratch, 'wheel'), { recursive: true });
  log(`Downloading ${release.package} ${release.version} from PyPI (${release.wheelMegabytes} MB)`);
  const wheel = await downloadWheel(
    build,
    { ...release, sha256: release.wheelSha256 },
    join(scratch, 'wheel'),
  );
  log('Unpacking its headers and libraries');
  throwIfInterrupted(signal);
  await unpackWheel(build, wheel, scratch);
  await rm(wheel);
  if (release.cudaWheels.length > 0) await addCudaLibraries(build, scratch);
  log('Compiling the TensorFlow.js binding');
  await compileBinding(build, join(scratch, 'tensorflow', 'include'));
  await rm(scratch, { recursive: true });
  if (!isTestedLater) {
    log('Testing it');
    await runSelfTest(machine.run, folder, release, signal);
  }
  await writeMarker(folder, release, { now: machine.now(), isTested: !isTestedLater });
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
    ({ summary }) =>
      new NativeUnavailable(
        `the downloaded wheel cannot be unpacked (${summary})`,
        'Check that Python 3 has its zlib module, and try again.',
        true,
      ),
  );
  for (const file of libraryFiles) {
    const library = join(build.folder, file);
    await mkdir(dirname(library), { recursive: true });
    await rename(join(scratch, 'tensorflow', basename(file)), library);
    await stripSymbols(build, library);
  }
}

/** Saves 200 MB where binutils are installed; otherwise it is skipped. */
async function stripSymbols({ machine, release, signal }: Build, library: string): Promise<void> {
  try {
    await machine.run('strip', ['--strip-unneeded', library], { signal });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (isDiskFull(error)) throw noSpace(machine.cacheRoot, release, 'the disk ran full');
  }
}

async function compileBinding(build: Build, tensorflowHeaders: string): Promise<void> {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) =>
    packageFile(`@tensorflow/tfjs-node/binding/${file}`),
  );
  const headers = [tensorflowHeaders, dirname(packageFile('node-api-headers/include/node_api.h'))];
  const libraries = libraryFiles.map((file) => join(build.folder, file));
  await mkdir(dirname(join(build.folder, bindingFile)), { recursive: true });
  await compileAddon(build, headers, [join(__dirname, 'quieten-log.cc')], quietenLogFile);
  await compileAddon(build, headers, [...sources, ...libraries], bindingFile);
  if (build.release.cudaWheels.length === 0) return;
  await compileAddon(build, headers, [join(__dirname, 'require-cuda.cc')], requireCudaFile);
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
  const parameters = [...language, ...includes, ...sourcesAndLibraries, ...target];
  await runStage(build, 'g++', parameters, ({ output, signalName, summary }) => {
    // With too little memory, the next attempt may succeed.
    const isLasting = signalName === null && !/killed|out of memory|cannot allocate/i.test(output);
    return new NativeUnavailable(
      `g++ could not compile the TensorFlow.js binding (${summary})`,
      'Install g++ 9 or newer with its standard library, and try again.',
      isLasting,
    );
  });
}

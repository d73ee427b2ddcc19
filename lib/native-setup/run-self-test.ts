import { join } from 'node:path';
import { ownProgram } from '../installation/own-program';
import type { TensorFlowRelease } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { CommandFailed, type RunCommand } from './machine';
import { noAvx } from './requirements';

/**
 * Multiplies two matrices in another process, with the binding and the libraries in the folder, and on a GPU if
 * TensorFlow finds one. For a release with CUDA, its libraries must be found even without a GPU.
 *
 * @throws NativeUnavailable when it does not run, or returns a wrong result; TransientError Interrupted.
 */
export async function runSelfTest(
  run: RunCommand,
  folder: string,
  release: TensorFlowRelease,
  signal: AbortSignal | undefined,
): Promise<void> {
  const expected = JSON.stringify({
    backend: 'tensorflow',
    tensorflowVersion: release.version,
    product: [19, 22, 43, 50],
    findsCuda: release.cudaWheels.length > 0,
  });
  const answer = await run(
    process.execPath,
    [...ownProgram(join(__dirname, 'native-self-test')), folder, release.package],
    { signal, timeoutSeconds: 120 },
  ).catch(explainFailure);
  const received = answer.trimEnd().split('\n').at(-1);
  if (received === expected) return;
  throw new NativeUnavailable(
    `TensorFlow failed its self-test: it returned ${received} instead of ${expected}`,
    'Report this, with the output of mnist-pipeline doctor.',
    true,
  );
}

function explainFailure(error: unknown): never {
  if (!(error instanceof CommandFailed)) throw error;
  if (error.signalName === 'SIGILL') throw new NativeUnavailable(...noAvx, true);
  throw new NativeUnavailable(
    `TensorFlow does not run on this machine (${error.summary})`,
    'It needs glibc 2.27 or newer and about 1 GB of memory; on a GPU, a driver and a GPU that CUDA 12.5 supports.',
    // Killed for lack of memory or time: the next attempt may succeed.
    error.signalName !== 'SIGKILL' && error.signalName !== 'SIGTERM',
  );
}

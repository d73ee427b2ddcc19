import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { cpuRelease, gpuRelease } from '../../lib/tensorflow/native-release';
import { openNativeEngine } from '../../lib/training/native/native-engine';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { testedDevice } from './tested-device';

/** The native engine, prepared on first use. Throws if it is not available. */
export async function openPreparedEngine(): Promise<TrainingEngine> {
  const release = testedDevice === 'gpu' ? gpuRelease : cpuRelease;
  const log = (message: string) => process.stderr.write(`${message}\n`);
  const native = await prepareNativeTensorFlow(log, undefined, { release });
  if (!native.available) throw new Error(`${native.reason}. ${native.remedy}`);
  return openNativeEngine(native.tensorflowVersion, testedDevice, native.cacheFolder);
}

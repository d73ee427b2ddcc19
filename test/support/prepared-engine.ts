import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { openNativeEngine } from '../../lib/training/native/native-engine';
import type { TrainingEngine } from '../../lib/training/training-engine';

/** The native engine, prepared on first use. Throws if it is not available. */
export async function openPreparedEngine(): Promise<TrainingEngine> {
  const native = await prepareNativeTensorFlow((message) => process.stderr.write(`${message}\n`));
  if (!native.available) throw new Error(`${native.reason}. ${native.remedy}`);
  return openNativeEngine(native.tensorflowVersion);
}

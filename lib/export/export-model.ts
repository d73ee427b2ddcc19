import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';
import { describeModel } from './exportable-model';
import type { OptimizerSettings } from './keras-optimizer';
import { modelFormats } from './model-formats';

/**
 * Writes the model in every format of `modelFormats`, beside the TensorFlow.js files.
 *
 * @param optimizer - to continue the training in Keras.
 * @throws PermanentError InvalidInput for a layer that a format does not support.
 */
export async function exportModel(
  store: ObjectStore,
  runId: string,
  model: LayersModel,
  optimizer: OptimizerSettings,
): Promise<void> {
  const exportable = await describeModel(model, optimizer);
  for (const { fileName, write } of modelFormats) {
    await store.put(objectKeys.modelFile(runId, fileName), await write(exportable));
  }
}

import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isAugmented } from '../../augmentation/augmentation-settings';
import type { DatasetManifest } from '../../contracts/dataset';
import { objectKeys } from '../../contracts/object-keys';
import type { RunConfig } from '../../contracts/run-config';
import { type ImageSource, readFirst } from '../../dataset/image-source';
import { exportModel } from '../../export/export-model';
import { assemble } from '../../model/assemble';
import { toProbabilities } from '../../model/heads';
import type { KerasGraph } from '../../model/keras-graph';
import { saveModel, setModelWeights } from '../../model/model-files';
import { attachLabels, type ModelLabels } from '../../model/model-labels';
import { encodePng } from '../../report/byte-image';
import type { ObjectStore } from '../../store/object-store';
import { drawAugmentedExamples, maxAugmentedExamples } from '../../training/batches/augmented-examples';
import { savePage } from '../../try-it/save-page';

export interface TrainedNetwork {
  readonly runId: string;
  readonly config: RunConfig;
  readonly network: KerasGraph;
  /** In the order of the model's weights. */
  readonly weights: readonly Float32Array[];
  readonly trainImages: ImageSource;
  readonly testImages: ImageSource;
  readonly manifest: DatasetManifest;
  readonly labels: ModelLabels;
}

/**
 * Writes the model in every format, the page to try it, and examples of augmented images.
 *
 * @returns the SHA-256 of the weights file.
 * @throws PermanentError InvalidInput for a layer that a format does not support.
 */
export async function writeTrainingFiles(store: ObjectStore, trained: TrainedNetwork): Promise<string> {
  const { runId, config, trainImages, testImages, manifest } = trained;
  const model = assembleTrained(trained);
  try {
    const { sha256 } = await saveModel(store, runId, model);
    await exportModel(store, runId, model, config);
    await savePage(store, runId, testImages, manifest.test.labelCounts);
    await writeAugmentedExamples(store, runId, trainImages, config);
    return sha256!;
  } finally {
    model.dispose();
  }
}

/** With a softmax at its end, and the labels. */
function assembleTrained({ network, weights, labels }: TrainedNetwork): LayersModel {
  const model = assemble(toProbabilities(network), "The run's model");
  setModelWeights(model, weights);
  attachLabels(model, labels);
  return model;
}

async function writeAugmentedExamples(
  store: ObjectStore,
  runId: string,
  images: ImageSource,
  config: RunConfig,
): Promise<void> {
  if (!isAugmented(config)) return;
  const sheet = encodePng(drawAugmentedExamples(await readFirst(images, maxAugmentedExamples), config));
  await store.put(objectKeys.augmentedExamples(runId), sheet);
}

import type { DatasetManifest } from '../../contracts/dataset';
import { holdsOutImages, type ValidationSettings } from '../../contracts/validation-data';
import { openDividedShards } from '../../dataset/divided-shards';
import { type ImageSource, inMemory } from '../../dataset/image-source';
import { loadSplit } from '../../dataset/load-split';
import { ShardImages } from '../../dataset/shard-images';
import type { ObjectStore } from '../../store/object-store';
import { chooseValidationImages } from './held-out-images';
import { ShardThreads } from './shard-threads';

/** The images of a training. */
export interface TrainingImages {
  readonly trainImages: ImageSource;
  /** A part of the training images, or the test images. */
  readonly validationImages: ImageSource;
  readonly testImages: ImageSource;
  /** Ends the threads that read shards. */
  readonly close: () => Promise<void>;
}

/**
 * @param windowRows - of the shuffle; `undefined` loads all images into memory.
 * @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for one that differs from the manifest;
 *   InvalidInput as `countValidationImages` does. Where shards are streamed, a shard is read when its turn comes.
 */
export async function openTrainingImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: ValidationSettings,
  windowRows: number | undefined,
): Promise<TrainingImages> {
  return windowRows === undefined
    ? loadImages(store, manifest, settings)
    : streamImages(store, manifest, settings);
}

async function loadImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: ValidationSettings,
): Promise<TrainingImages> {
  const trainImages = await loadSplit(store, manifest, 'train');
  const testImages = await loadSplit(store, manifest, 'test');
  const divided = chooseValidationImages(trainImages, testImages, settings);
  const test = inMemory(testImages);
  return {
    trainImages: inMemory(divided.trainImages),
    validationImages: divided.validationImages === testImages ? test : inMemory(divided.validationImages),
    testImages: test,
    close: async () => {},
  };
}

async function streamImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: ValidationSettings,
): Promise<TrainingImages> {
  const threads = new ShardThreads();
  const { unpack } = threads;
  const close = () => threads.close();
  const testImages = new ShardImages(store, manifest, 'test', { unpack });
  if (!holdsOutImages(settings)) {
    const trainImages = new ShardImages(store, manifest, 'train', { unpack });
    return { trainImages, validationImages: testImages, testImages, close };
  }
  try {
    return { ...(await openDividedShards(store, manifest, settings, { unpack })), testImages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

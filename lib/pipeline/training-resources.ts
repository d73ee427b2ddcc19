import { openTrainingImages } from '../training/batches/training-images';
import { chooseEngine } from '../training/choose-engine';
import type { TrainingEngine } from '../training/training-engine';

/** What a training opens beside its store. Trials of one process share it. */
export interface TrainingResources {
  readonly openImages: typeof openTrainingImages;
  readonly openEngine: (...wanted: Parameters<typeof chooseEngine>) => Promise<TrainingEngine>;
}

/** Those of a single training. */
export const ownResources: TrainingResources = { openImages: openTrainingImages, openEngine: chooseEngine };

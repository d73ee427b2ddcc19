import type { RunConfig } from '../../lib/contracts/run-config';
import { inMemory } from '../../lib/dataset/image-source';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { assemble } from '../../lib/model/assemble';
import { toLogits } from '../../lib/model/heads';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { drawWeights } from '../../lib/training/draw-weights';
import { type TrainingOptions, type TrainingOutcome, trainModel } from '../../lib/training/train-model';

type Given = Pick<TrainingOptions, 'engine'> &
  Partial<Omit<TrainingOptions, 'trainImages' | 'validationImages'>> & {
    readonly settings: RunConfig;
    readonly trainImages: LabeledImages;
    readonly validationImages: LabeledImages;
  };

/** Trains a network from seeded weights, without a store. */
export async function trainNetwork(network: KerasGraph, given: Given): Promise<TrainingOutcome> {
  const model = assemble(toLogits(network), 'The network');
  try {
    return await trainModel({
      model,
      initial: drawWeights(model, given.settings.seed),
      now: () => new Date(),
      signal: new AbortController().signal,
      onBatch: () => {},
      onCheckpoint: async () => {},
      onEpoch: async () => {},
      ...given,
      trainImages: inMemory(given.trainImages),
      validationImages: inMemory(given.validationImages),
    });
  } finally {
    model.dispose();
  }
}

import type { RunConfig } from '../../lib/contracts/run-config';
import { assemble } from '../../lib/model/assemble';
import { toLogits } from '../../lib/model/heads';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { drawWeights } from '../../lib/training/draw-weights';
import { type TrainingOptions, type TrainingOutcome, trainModel } from '../../lib/training/train-model';

type Given = Pick<TrainingOptions, 'engine' | 'trainImages' | 'validationImages'> &
  Partial<TrainingOptions> & { readonly settings: RunConfig };

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
    });
  } finally {
    model.dispose();
  }
}

import type { Sequential } from '@tensorflow/tfjs-layers';
import { PermanentError, TransientError } from '../contracts/errors';
import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { LabelledImages } from '../dataset/load-split';
import { setModelWeights } from '../model/model-files';
import { initialWeights, readDenseStack } from './dense-stack';
import { createRandom, randomStreams, shuffledRows } from './seeded-random';
import type { TrainingEngine } from './training-engine';
import { type Batch, TrainingSession } from './training-session';

export interface TrainingOptions {
  /** Gets the trained weights; its own are not used. */
  readonly model: Sequential;
  readonly engine: TrainingEngine;
  readonly trainImages: LabelledImages;
  readonly validationImages: LabelledImages;
  readonly settings: Pick<RunConfig, 'epochs' | 'batchSize' | 'learningRate' | 'seed'>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onStep: (position: { epoch: number; step: number; stepsPerEpoch: number }) => void;
  /** Awaited: the next epoch starts when the history is stored. */
  readonly onEpoch: (epoch: Epoch) => Promise<void>;
}

/** Images in one forward pass of the validation: the widest activation of the seed stays at 8 MB. */
const validationBatchSize = 2000;

/**
 * Seeded mini-batch gradient descent: the same seed, data, settings and engine give the same weights, byte for byte.
 *
 * @returns how many updates were made.
 * @throws TransientError Interrupted; PermanentError TrainingDiverged when an epoch's loss is not finite.
 */
export async function trainModel(options: TrainingOptions): Promise<number> {
  const { model, engine, trainImages, validationImages, settings, now } = options;
  const stack = readDenseStack(model);
  const session = new TrainingSession(engine.kernels, stack, initialWeights(stack, settings.seed), settings);
  const stepsPerEpoch = Math.ceil(trainImages.count / settings.batchSize);
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
      const startedAt = now().getTime();
      const rows = shuffledRows(trainImages.count, createRandom(settings.seed, randomStreams.shuffle, epoch));
      for (let step = 1; step <= stepsPerEpoch; step += 1) {
        await stopIfAsked(options.signal, epoch, step);
        session.step(
          takeBatch(trainImages, rows.subarray((step - 1) * settings.batchSize, step * settings.batchSize)),
        );
        options.onStep({ epoch, step, stepsPerEpoch });
      }
      const training = meanOver(trainImages.count, await session.takeTotals());
      const validation = await validate(session, validationImages);
      const figures = {
        epoch,
        loss: training.loss,
        acc: training.accuracy,
        val_loss: validation.loss,
        val_acc: validation.accuracy,
        seconds: (now().getTime() - startedAt) / 1000,
      };
      refuseDivergence(figures, settings.learningRate);
      await options.onEpoch(figures);
    }
    const weights = await session.readWeights();
    setModelWeights(
      model,
      weights.flatMap(({ kernel, bias }, layer) => [
        { values: kernel, shape: [stack[layer]!.inputs, stack[layer]!.units] },
        { values: bias, shape: [stack[layer]!.units] },
      ]),
    );
  } finally {
    session.dispose();
  }
  return settings.epochs * stepsPerEpoch;
}

function takeBatch({ images, labels, count }: LabelledImages, rows: Int32Array): Batch {
  const pixels = images.length / count;
  const batch = {
    count: rows.length,
    images: new Float32Array(rows.length * pixels),
    labels: new Int32Array(rows.length),
  };
  rows.forEach((row, position) => {
    batch.images.set(images.subarray(row * pixels, (row + 1) * pixels), position * pixels);
    batch.labels[position] = labels[row]!;
  });
  return batch;
}

async function validate(session: TrainingSession<unknown>, { images, labels, count }: LabelledImages) {
  const pixels = images.length / count;
  const totals = { loss: 0, correctCount: 0 };
  for (let first = 0; first < count; first += validationBatchSize) {
    const end = Math.min(first + validationBatchSize, count);
    const batch = await session.evaluate({
      count: end - first,
      images: images.subarray(first * pixels, end * pixels),
      labels: Int32Array.from(labels.subarray(first, end)),
    });
    totals.loss += batch.loss;
    totals.correctCount += batch.correctCount;
  }
  return meanOver(count, totals);
}

function meanOver(count: number, totals: { readonly loss: number; readonly correctCount: number }) {
  return { loss: totals.loss / count, accuracy: totals.correctCount / count };
}

/** Gives way to the event loop first, or no signal would ever arrive. */
async function stopIfAsked(signal: AbortSignal, epoch: number, step: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (!signal.aborted) return;
  throw new TransientError(
    'Interrupted',
    `Training was told to stop before step ${step} of epoch ${epoch}. The run is not finished; start it again under the same run id to train it anew.`,
    { evidence: { epoch, step } },
  );
}

function refuseDivergence({ epoch, loss, val_loss }: Epoch, learningRate: number): void {
  if (Number.isFinite(loss) && Number.isFinite(val_loss)) return;
  throw new PermanentError(
    'TrainingDiverged',
    `The loss is no longer a finite number in epoch ${epoch} (training ${loss}, validation ${val_loss}) at a learning rate of ${learningRate}. Train again with a smaller one, such as ${learningRate / 10}.`,
    { evidence: { epoch, learningRate } },
  );
}

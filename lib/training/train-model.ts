import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { AugmentationSettings } from '../augmentation/augmentation-settings';
import { PermanentError, TransientError } from '../contracts/errors';
import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import { type ImageSource, takeInOrder } from '../dataset/image-source';
import { bestEpoch, isTrainingOver, pausedAfter } from '../schedule/early-stopping';
import { learningRateAt } from '../schedule/learning-rate';
import { batchSizesOf, evaluationBatchSize } from './batches/batch-sizes';
import { openBatchSource } from './batches/batch-source';
import type { BatchSource } from './batches/batches';
import type { SessionSettings, TrainingEngine, TrainingSession } from './training-engine';
import {
  type BatchTotals,
  type EpochTotals,
  layOutState,
  resultingWeights,
  type TrainingState,
  toInitialState,
  weightsOf,
} from './training-state';

type TrainingSettings = Omit<SessionSettings, 'batchSizes'> &
  Pick<
    RunConfig,
    'epochs' | 'batchSize' | 'learningRate' | 'schedule' | 'warmupEpochs' | 'patience' | 'checkpointSteps'
  >;

export interface TrainingOptions {
  /** Returns logits. Its own weights are not used, and may change. */
  readonly model: LayersModel;
  readonly engine: TrainingEngine;
  readonly trainImages: ImageSource;
  readonly validationImages: ImageSource;
  /** Images that are shuffled together. @default all of them */
  readonly windowRows?: number | undefined;
  readonly settings: TrainingSettings & AugmentationSettings;
  /** In the order of the model's weights. */
  readonly initial: readonly Float32Array[];
  /** Resumes from this state, to the same bytes as an uninterrupted run. */
  readonly resumeFrom?: TrainingState | undefined;
  /** Ends after this epoch, for another training to resume. @default - no pause */
  readonly pauseAfterEpoch?: number | undefined;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onBatch: (position: { epoch: number; batch: number; batchesPerEpoch: number }) => void;
  /** Awaited before the next training step. Called after every epoch, and every `checkpointSteps` training steps. */
  readonly onCheckpoint: (state: TrainingState) => Promise<void>;
  /** Awaited before the epoch's checkpoint, so the history on disk is never older than the checkpoint. */
  readonly onEpoch: (history: readonly Epoch[]) => Promise<void>;
}

export interface TrainingOutcome {
  readonly stepCount: number;
  /** The epoch that the weights come from. */
  readonly epoch: number;
  /** In the order of the model's weights: the best ones with early stopping, else the last ones. */
  readonly weights: readonly Float32Array[];
  /** The number of finished epochs of a paused training; `undefined` if it is over. */
  readonly pausedAfterEpoch: number | undefined;
}

/**
 * Seeded mini-batch gradient descent: equal seed, data, settings and engine give byte-identical weights, interrupted or
 * not.
 *
 * @throws TransientError Interrupted, after a checkpoint; PermanentError TrainingDiverged when the loss is not finite.
 */
export async function trainModel(options: TrainingOptions): Promise<TrainingOutcome> {
  const training = new Training(options);
  try {
    while (training.hasNextEpoch()) {
      await training.trainEpoch();
      await training.finishEpoch();
    }
    return await training.readOutcome();
  } finally {
    await training.dispose();
  }
}

class Training {
  readonly #batchesPerEpoch: number;
  readonly #validationBatchSize: number;
  readonly #session: TrainingSession;
  readonly #batches: BatchSource;
  readonly #history: Epoch[];
  #best: readonly Float32Array[] | undefined;
  #epochStartedAt: number;

  constructor(private readonly options: TrainingOptions) {
    const { model, engine, trainImages, validationImages, settings, initial, resumeFrom, now } = options;
    const { windowRows } = options;
    this.#batchesPerEpoch = Math.ceil(trainImages.count / settings.batchSize);
    this.#validationBatchSize = evaluationBatchSize(model, validationImages.count);
    const layout = layOutState(weightsOf(model), settings);
    const start = resumeFrom ?? toInitialState(layout, initial);
    const batchSizes = {
      training: batchSizesOf(trainImages.count, settings.batchSize),
      evaluation: batchSizesOf(validationImages.count, this.#validationBatchSize),
    };
    this.#session = engine.openSession(model, start, { ...settings, batchSizes });
    this.#batches = openBatchSource(trainImages, { ...settings, windowRows });
    this.#history = [...start.history];
    this.#best = start.best;
    this.#epochStartedAt = now().getTime() - 1000 * start.epochSeconds;
  }

  hasNextEpoch(): boolean {
    return !isTrainingOver(this.#history, this.options.settings) && this.pausedAfterEpoch() === undefined;
  }

  /** The remaining training steps of the epoch. */
  async trainEpoch(): Promise<void> {
    const { onBatch } = this.options;
    const epoch = this.#history.length + 1;
    for await (const batch of this.#batches.batchesOf(epoch, this.stepInEpoch())) {
      await this.stopIfAborted();
      this.#session.train(batch, this.learningRate());
      onBatch({ epoch, batch: this.stepInEpoch(), batchesPerEpoch: this.#batchesPerEpoch });
      if (this.isCheckpointDue()) await this.checkpoint();
    }
  }

  /** Validates, records the epoch, and stores a checkpoint. */
  async finishEpoch(): Promise<void> {
    const { trainImages, validationImages, settings, onEpoch } = this.options;
    const training = meanOver(trainImages.count, await this.readFiniteTotals());
    const validation = meanOver(validationImages.count, await this.validate());
    this.refuseUnlessFinite(validation.loss);
    this.#history.push({
      epoch: this.#history.length + 1,
      loss: training.loss,
      acc: training.accuracy,
      val_loss: validation.loss,
      val_acc: validation.accuracy,
      seconds: this.epochSeconds(),
    });
    this.#session.startEpoch();
    this.#epochStartedAt = this.options.now().getTime();
    if (settings.patience > 0 && bestEpoch(this.#history) === this.#history.length) {
      this.#best = resultingWeights(await this.#session.readWeights());
    }
    // In this order: a training that resumes from its last checkpoint has no epoch left to record.
    await onEpoch(this.#history);
    await this.checkpoint();
  }

  async readOutcome(): Promise<TrainingOutcome> {
    const weights = this.#best ?? resultingWeights(await this.#session.readWeights());
    const epoch = this.#best === undefined ? this.#history.length : bestEpoch(this.#history);
    return { stepCount: this.#session.step, epoch, weights, pausedAfterEpoch: this.pausedAfterEpoch() };
  }

  async dispose(): Promise<void> {
    this.#session.dispose();
    await this.#batches.close();
  }

  private async checkpoint(): Promise<void> {
    await this.options.onCheckpoint({
      step: this.#session.step,
      weights: await this.#session.readWeights(),
      totals: await this.readFiniteTotals(),
      epochSeconds: this.epochSeconds(),
      history: this.#history,
      best: this.#best,
      windowRows: this.options.windowRows,
    });
  }

  private pausedAfterEpoch(): number | undefined {
    const { settings, pauseAfterEpoch } = this.options;
    return pausedAfter(this.#history, settings, pauseAfterEpoch);
  }

  private isCheckpointDue(): boolean {
    const { checkpointSteps } = this.options.settings;
    // After the last training step of an epoch, the validation comes first.
    return (
      checkpointSteps > 0 &&
      this.#session.step % checkpointSteps === 0 &&
      this.stepInEpoch() < this.#batchesPerEpoch
    );
  }

  /** Yields to the event loop first, so that a signal can arrive. */
  private async stopIfAborted(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.options.signal.aborted) return;
    if (this.#session.step > 0) await this.checkpoint();
    const { step } = this.#session;
    throw new TransientError(
      'Interrupted',
      `Training was stopped before training step ${this.stepInEpoch() + 1} of epoch ${this.#history.length + 1}. A checkpoint has the first ${step} training steps: start the run again under the same run id to resume from there.`,
      { evidence: { step } },
    );
  }

  private async validate(): Promise<BatchTotals> {
    const totals = { loss: 0, correctCount: 0 };
    for await (const batch of takeInOrder(this.options.validationImages, this.#validationBatchSize)) {
      const { loss, correctCount } = await this.#session.evaluate(batch);
      totals.loss += loss;
      totals.correctCount += correctCount;
    }
    return totals;
  }

  private async readFiniteTotals(): Promise<EpochTotals> {
    const totals = await this.#session.readTotals();
    if (totals.finiteStepCount < this.stepInEpoch()) throw this.divergence(totals.finiteStepCount + 1);
    return totals;
  }

  private refuseUnlessFinite(validationLoss: number): void {
    if (!Number.isFinite(validationLoss)) throw this.divergence(this.stepInEpoch());
  }

  private divergence(step: number): PermanentError {
    const epoch = this.#history.length + 1;
    const learningRate = this.learningRate();
    const smaller = Number((this.options.settings.learningRate / 10).toPrecision(3));
    return new PermanentError(
      'TrainingDiverged',
      `The loss is not finite since training step ${step} of epoch ${epoch}, at a learning rate of ${learningRate}. Train again with a smaller one, such as ${smaller}, or with --clip-norm 1.`,
      { evidence: { epoch, step, learningRate } },
    );
  }

  private learningRate(): number {
    const { settings } = this.options;
    const position = {
      step: this.#session.step,
      batchesPerEpoch: this.#batchesPerEpoch,
      history: this.#history,
    };
    return learningRateAt(settings, position);
  }

  /** Training steps done in the current epoch. */
  private stepInEpoch(): number {
    return this.#session.step - this.#history.length * this.#batchesPerEpoch;
  }

  private epochSeconds(): number {
    return Math.max(0, this.options.now().getTime() - this.#epochStartedAt) / 1000;
  }
}

function meanOver(count: number, { loss, correctCount }: BatchTotals) {
  return { loss: loss / count, accuracy: correctCount / count };
}

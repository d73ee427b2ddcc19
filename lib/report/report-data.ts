import type { Split } from '../contracts/dataset';
import type { Environment, Epoch, Metrics, Phase, Prediction } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { PredictionColumns } from '../evaluation/test-predictions';
import type { LayerSummary } from '../model/summarize-layers';
import type { AugmentedExample } from './augmented-examples';
import type { ByteImage } from './byte-image';
import type { EarlierRun } from './earlier-runs';

/** A file next to the report. */
export interface RunFile {
  /** Relative to the report: `model/model.json`. */
  readonly path: string;
  /** Absent for files that are written after the report. */
  readonly bytes?: number;
}

/** All values that the report shows. */
export interface ReportData {
  readonly runId: string;
  readonly finishedAt: string;
  readonly isAccepted: boolean;
  readonly config: RunConfig;
  /** [classes], printable. */
  readonly classNames: readonly string[];
  readonly epochs: readonly Epoch[];
  /** The epoch whose weights the model has: the last one, or the best one with early stopping. */
  readonly modelEpoch: number;
  /** Training images that were the validation data; 0 if the test images were. */
  readonly heldOutCount: number;
  readonly metrics: Omit<Metrics, 'schemaVersion' | 'runId'>;
  readonly predictions: readonly Prediction[];
  /** For the whole test set. */
  readonly testPredictions: PredictionColumns;
  /** [classes]: the softmax for the test image `index`, which is one of the worst mistakes. */
  readonly probabilitiesOf: (index: number) => ArrayLike<number>;
  /** Test image of row `index`, one of `shownRows`. */
  readonly imageOf: (index: number) => ByteImage;
  /** The mean of the test images of each label; `undefined` for one without images. Of the first labels only. */
  readonly meanImages: readonly (ByteImage | undefined)[];
  /** Environment of the train step. */
  readonly environment: Environment;
  readonly parameterCount: number;
  readonly layers: readonly LayerSummary[];
  /** Of the model: one image, without the batch. */
  readonly inputShape: readonly number[];
  /** The images are drawings in the middle, as in MNIST; the try-it page takes drawings then. */
  readonly isCentered: boolean;
  /** The number of images with label 0, 1, … in each split. */
  readonly labelCounts: Readonly<Record<Split, readonly number[]>>;
  /** Only for runs with augmentation. */
  readonly augmentedExamples?: readonly AugmentedExample[] | undefined;
  readonly phases: readonly Phase[];
  /** Estimated, in US dollars; null for a local run. */
  readonly costUsd: number | null;
  readonly contentKey: string;
  readonly manifestSha256: string;
  readonly weightsSha256: string;
  readonly pipelineVersion: string;
  /** Git commit of the program that trained. */
  readonly sourceCommit?: string | undefined;
  readonly peakMemoryBytes?: number | undefined;
  /** The last and the best run before this one, on the same test images. */
  readonly earlierRuns: readonly EarlierRun[];
  readonly files: readonly RunFile[];
}

import type { Split } from '../contracts/dataset';
import type { Environment, Epoch, Metrics, Phase, Prediction } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { PredictionColumns } from '../evaluation/test-predictions';
import type { LayerSummary } from '../model/summarize-layers';
import type { ByteImage } from './byte-image';

/** A file beside the report. */
export interface RunFile {
  /** Relative to the report: `model/model.json`. */
  readonly path: string;
  /** Absent for what is written after the report. */
  readonly bytes?: number;
}

/** All that the report shows: values, no keys to look up. */
export interface ReportData {
  readonly runId: string;
  readonly finishedAt: string;
  readonly isAccepted: boolean;
  readonly config: RunConfig;
  readonly epochs: readonly Epoch[];
  /** Whose weights the model has: the last epoch, or the best where early stopping was on. */
  readonly modelEpoch: number;
  readonly metrics: Omit<Metrics, 'schemaVersion' | 'runId'>;
  readonly predictions: readonly Prediction[];
  /** Of the whole test set. */
  readonly testPredictions: PredictionColumns;
  /** [classes]: the softmax for test image `index`. */
  readonly probabilitiesOf: (index: number) => ArrayLike<number>;
  /** Test image of row `index`. */
  readonly imageOf: (index: number) => ByteImage;
  /** Of the train step. */
  readonly environment: Environment;
  readonly parameterCount: number;
  readonly layers: readonly LayerSummary[];
  /** How many images carry label 0, 1, …; the test set's and the training set's. */
  readonly labelCounts: Readonly<Record<Split, readonly number[]>>;
  readonly phases: readonly Phase[];
  /** Estimated, in US dollars; null on your own machine. */
  readonly costUsd: number | null;
  readonly contentKey: string;
  readonly manifestSha256: string;
  readonly weightsSha256: string;
  readonly pipelineVersion: string;
  readonly files: readonly RunFile[];
}

import type { Environment, Epoch, Metrics, Phase, Prediction } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { PredictionColumns } from '../evaluation/test-predictions';
import type { Picture } from './picture';

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
  readonly metrics: Omit<Metrics, 'schemaVersion' | 'runId'>;
  readonly predictions: readonly Prediction[];
  /** Of the whole test set. */
  readonly testPredictions: PredictionColumns;
  /** [classes]: the softmax for test image `index`. */
  readonly probabilitiesOf: (index: number) => ArrayLike<number>;
  /** Test image of row `index`. */
  readonly pictureOf: (index: number) => Picture;
  /** Of the train step. */
  readonly environment: Environment;
  readonly parameterCount: number;
  readonly phases: readonly Phase[];
  /** Estimated, in US dollars; null on a machine of one's own. */
  readonly costUsd: number | null;
  readonly contentKey: string;
  readonly manifestSha256: string;
  readonly weightsSha256: string;
  readonly pipelineVersion: string;
  readonly files: readonly RunFile[];
}

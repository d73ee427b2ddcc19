import type { Environment, Epoch, Metrics, Phase, Prediction } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { Picture } from './picture';

/** All that the report shows: values, no keys to look up. */
export interface ReportData {
  readonly runId: string;
  readonly finishedAt: string;
  readonly isAccepted: boolean;
  readonly config: RunConfig;
  readonly epochs: readonly Epoch[];
  readonly metrics: Omit<Metrics, 'schemaVersion' | 'runId'>;
  readonly predictions: readonly Prediction[];
  /** Test image of row `index`, for the predictions and the worst mistakes. */
  readonly pictureOf: (index: number) => Picture;
  /** Of the train step. */
  readonly environment: Environment;
  readonly parameterCount: number;
  readonly phases: readonly Phase[];
  readonly contentKey: string;
  readonly manifestSha256: string;
  readonly weightsSha256: string;
  readonly pipelineVersion: string;
}

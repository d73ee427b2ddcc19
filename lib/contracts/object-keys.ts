import { PermanentError } from './errors';

/**
 * The only definition of object keys. Steps use them to read and write, and cdk/ derives grants from them.
 *
 * Keys are `/`-separated, relative and printable ASCII, so that a key that one store accepts is accepted by every store.
 */
const rawDataset = (dataset: string) => `datasets/${dataset}/raw/`;
const preparedDataset = (dataset: string, contentKey: string) =>
  `datasets/${dataset}/prepared/${contentKey}/`;
const fiveDigits = (index: number) => String(index).padStart(5, '0');
const checkpointFolder = 'checkpoints/';
const runFolder = (runId: string) => `runs/${runId}/`;
const sweepFolder = (sweepId: string) => `sweeps/${sweepId}/`;

export const objectKeys = {
  /** For your own datasets: `"dataset": "s3://<bucket>/uploads/<name>"`. */
  uploads: 'uploads/',
  datasets: 'datasets/',
  rawFolder: rawDataset,
  /** Only of built-in datasets. */
  rawFile: (dataset: string, file: string) => `${rawDataset(dataset)}${file}`,

  preparedFolder: preparedDataset,
  plan: (dataset: string, contentKey: string) => `${preparedDataset(dataset, contentKey)}plan.json`,
  /** Class and split of every image, in the order of the source. */
  rowsTable: (dataset: string, contentKey: string) => `${preparedDataset(dataset, contentKey)}rows.idx`,
  partNames: (dataset: string, contentKey: string, index: number) =>
    `${preparedDataset(dataset, contentKey)}part-${fiveDigits(index)}.names.json`,
  partResult: (dataset: string, contentKey: string, index: number) =>
    `${preparedDataset(dataset, contentKey)}part-${fiveDigits(index)}.result.json`,
  partHashes: (dataset: string, contentKey: string, index: number) =>
    `${preparedDataset(dataset, contentKey)}part-${fiveDigits(index)}.hashes.bin`,
  shard: (dataset: string, contentKey: string, split: string, index: number) =>
    `${preparedDataset(dataset, contentKey)}${split}-${fiveDigits(index)}.npz`,
  firstTrainingImage: (dataset: string, contentKey: string, label: number) =>
    `${preparedDataset(dataset, contentKey)}first-training-image-label-${label}.png`,
  manifest: (dataset: string, contentKey: string) => `${preparedDataset(dataset, contentKey)}manifest.json`,

  runs: 'runs/',
  run: runFolder,
  config: (runId: string) => `${runFolder(runId)}config.json`,
  /** Two slots, written in turn: one of them is always complete. */
  checkpoint: (runId: string, slot: 0 | 1) => `${checkpointFolder}${runId}/slot-${slot}.safetensors`,
  /** Beside the checkpoints, because resuming a run needs both. */
  trainingSpending: (runId: string) => `${checkpointFolder}${runId}/spending.json`,
  /** Outside of the run's folder, so that one lifecycle rule expires all checkpoints. */
  checkpoints: checkpointFolder,
  history: (runId: string) => `${runFolder(runId)}history.json`,
  /** Shows a run while it trains: rewritten after each epoch, with a link to the report beside it. */
  progressPage: (runId: string) => `${runFolder(runId)}progress.html`,
  historyTable: (runId: string) => `${runFolder(runId)}history.csv`,
  /** `tensorboard --logdir` takes the folder `tensorboard/`; the file's name must have "tfevents" in it. */
  tensorboardEvents: (runId: string, side: string) =>
    `${runFolder(runId)}tensorboard/${side}/events.out.tfevents.0.mnist-pipeline`,
  /** Training images and what augmentation makes of them; only for runs with augmentation. */
  augmentedExamples: (runId: string) => `${runFolder(runId)}augmented-examples.png`,
  training: (runId: string) => `${runFolder(runId)}training.json`,
  trainingOutcome: (runId: string) => `${runFolder(runId)}training-outcome.json`,
  modelTopology: (runId: string) => `${runFolder(runId)}model/model.json`,
  modelWeights: (runId: string) => `${runFolder(runId)}model/weights.bin`,
  modelFile: (runId: string, fileName: string) => `${runFolder(runId)}model/${fileName}`,
  modelCard: (runId: string) => `${runFolder(runId)}model/README.md`,
  predictions: (runId: string) => `${runFolder(runId)}evaluation/predictions.json`,
  testPredictions: (runId: string) => `${runFolder(runId)}evaluation/test-predictions.json`,
  metrics: (runId: string) => `${runFolder(runId)}evaluation/metrics.json`,
  plot: (runId: string, plot: string, format: 'svg' | 'png') =>
    `${runFolder(runId)}evaluation/${plot}.${format}`,
  tryItPage: (runId: string) => `${runFolder(runId)}try-it.html`,
  /** Test images that the page offers; `serve` puts them into the page that it builds. */
  tryItExamples: (runId: string) => `${runFolder(runId)}try-it/examples.json`,
  report: (runId: string) => `${runFolder(runId)}report.html`,
  runRecord: (runId: string) => `${runFolder(runId)}run.json`,

  sweeps: 'sweeps/',
  sweepFolder,
  sweep: (sweepId: string) => `${sweepFolder(sweepId)}sweep.json`,
  sweepOwner: (sweepId: string) => `${sweepFolder(sweepId)}owner.json`,
  /** Only in AWS. */
  sweepExecutions: (sweepId: string) => `${sweepFolder(sweepId)}executions.json`,
  sweepTrial: (sweepId: string, trial: number | string) => `${sweepFolder(sweepId)}trials/${trial}.json`,
  sweepFailure: (sweepId: string, trial: number | string) => `${sweepFolder(sweepId)}failures/${trial}.json`,
  /** Only in AWS: the jobs that run together. */
  sweepRound: (sweepId: string, round: number | string) => `${sweepFolder(sweepId)}rounds/${round}.json`,
  /** Only in AWS. */
  sweepPrices: (sweepId: string) => `${sweepFolder(sweepId)}prices.json`,
  sweepResults: (sweepId: string) => `${sweepFolder(sweepId)}results.json`,
  sweepPage: (sweepId: string) => `${sweepFolder(sweepId)}sweep.html`,

  /** Named by their content: runs of the same model share them, and they never change. */
  architecture: (sha256: string) => `architectures/${sha256}.json`,
  initialWeights: (sha256: string) => `initial-weights/${sha256}.safetensors`,

  models: 'models/',
  latestModel: (modelName: string) => `models/${modelName}/latest.json`,
} as const;

const allowedSegment = /^[A-Za-z0-9._=@+-]+$/;
/** The id of the run that an object below `objectKeys.runs` belongs to. */
export const runIdOf = (key: string) => key.slice(objectKeys.runs.length).split('/')[0]!;

/** S3's own limit. */
const maxKeyBytes = 1024;

/**
 * The reason why a key could leave its prefix or be read differently by different stores; `undefined` for a valid key.
 * The alphabet is ASCII, which excludes look-alikes of `/` and `.`.
 */
function findKeyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.length > maxKeyBytes)
    return `it is ${key.length} characters long, and at most ${maxKeyBytes} are allowed`;
  for (const segment of key.split('/')) {
    if (segment === '') return 'it has an empty segment (a leading, trailing or doubled "/")';
    if (segment === '.' || segment === '..') return `it has the segment "${segment}"`;
    if (!allowedSegment.test(segment))
      return `its segment ${JSON.stringify(segment)} has a character outside A-Z a-z 0-9 . _ = @ + -`;
  }
  return undefined;
}

/** @throws PermanentError InvalidInput for a key that is not safe in every store. */
export function assertObjectKey(key: string): void {
  const reason = findKeyProblem(key);
  if (reason !== undefined) {
    throw new PermanentError(
      'InvalidInput',
      `The object key ${JSON.stringify(key)} is not allowed: ${reason}. Use relative keys such as "runs/my-run/history.json".`,
    );
  }
}

/** The same for a list prefix, which may end in "/" or be empty (everything). */
export function assertObjectPrefix(prefix: string): void {
  if (prefix !== '') assertObjectKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

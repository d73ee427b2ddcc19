import { objectKeys } from '../../lib/contracts/object-keys';
import { codeIn, readPage } from './pages';

const run = '<run id>';
const sweep = '<sweep id>';
const prepared = ['mnist', '<content key>'] as const;

/** An example of every key, so that a new one does not compile without an entry here. */
const examples: Readonly<Record<keyof typeof objectKeys, string>> = {
  uploads: objectKeys.uploads,
  datasets: objectKeys.datasets,
  rawFolder: objectKeys.rawFolder('mnist'),
  rawFile: objectKeys.rawFile('mnist', '…'),
  preparedFolder: objectKeys.preparedFolder(...prepared),
  plan: objectKeys.plan(...prepared),
  rowsTable: objectKeys.rowsTable(...prepared),
  partNames: objectKeys.partNames(...prepared, 0),
  partResult: objectKeys.partResult(...prepared, 0),
  partHashes: objectKeys.partHashes(...prepared, 0),
  shard: objectKeys.shard(...prepared, 'train', 0),
  firstTrainingImage: objectKeys.firstTrainingImage(...prepared, 5),
  manifest: objectKeys.manifest(...prepared),
  runs: objectKeys.runs,
  run: objectKeys.run(run),
  config: objectKeys.config(run),
  checkpoint: objectKeys.checkpoint(run, 0),
  trainingSpending: objectKeys.trainingSpending(run),
  checkpoints: objectKeys.checkpoints,
  history: objectKeys.history(run),
  progressPage: objectKeys.progressPage(run),
  historyTable: objectKeys.historyTable(run),
  tensorboardEvents: objectKeys.tensorboardEvents(run, 'train'),
  augmentedExamples: objectKeys.augmentedExamples(run),
  training: objectKeys.training(run),
  trainingOutcome: objectKeys.trainingOutcome(run),
  modelTopology: objectKeys.modelTopology(run),
  modelWeights: objectKeys.modelWeights(run),
  modelFile: objectKeys.modelFile(run, 'model.onnx'),
  modelCard: objectKeys.modelCard(run),
  predictions: objectKeys.predictions(run),
  testPredictions: objectKeys.testPredictions(run),
  metrics: objectKeys.metrics(run),
  plot: objectKeys.plot(run, 'loss', 'svg'),
  tryItPage: objectKeys.tryItPage(run),
  tryItExamples: objectKeys.tryItExamples(run),
  report: objectKeys.report(run),
  runRecord: objectKeys.runRecord(run),
  sweeps: objectKeys.sweeps,
  sweepFolder: objectKeys.sweepFolder(sweep),
  sweepOwner: objectKeys.sweepOwner(sweep),
  sweepExecutions: objectKeys.sweepExecutions(sweep),
  sweepTrial: objectKeys.sweepTrial(sweep, 3),
  sweep: objectKeys.sweep(sweep),
  sweepFailure: objectKeys.sweepFailure(sweep, 3),
  sweepRound: objectKeys.sweepRound(sweep, 2),
  sweepPrices: objectKeys.sweepPrices(sweep),
  sweepResults: objectKeys.sweepResults(sweep),
  sweepPage: objectKeys.sweepPage(sweep),
  models: objectKeys.models,
  architecture: objectKeys.architecture('<sha256>'),
  initialWeights: objectKeys.initialWeights('<sha256>'),
  latestModel: objectKeys.latestModel('mnist-mlp'),
};

const named = codeIn(readPage('docs/files.md'));

/** A key is on the page in full, with `…` for its folder, or by a folder that it is in; a folder by what is in it. */
function isDescribed(key: string): boolean {
  if (key.endsWith('/')) return named.some((code) => code.startsWith(key));
  const name = key.slice(key.lastIndexOf('/') + 1);
  return named.some(
    (code) => code === key || code === `…/${name}` || (code.endsWith('/') && key.startsWith(code)),
  );
}

test.each(Object.entries(examples))('docs/files.md describes the key of %s: %s', (_name, key) => {
  expect(isDescribed(key)).toBe(true);
});

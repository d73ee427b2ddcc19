import { indexNames } from '../../lib/contracts/class-names';
import { type Epoch, type RunRecord, runRecordSchema } from '../../lib/contracts/results';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import { MeanImages } from '../../lib/evaluation/mean-images';
import { type ScoredLabels, TestScores } from '../../lib/evaluation/metrics';
import { columnsOf } from '../../lib/evaluation/test-predictions';
import type { ComparedRun, ComparisonData } from '../../lib/report/comparison-data';
import type { ReportData } from '../../lib/report/report-data';

/** Similar to the default configuration's history; from a formula, so that every test has the same values. */
export function makeEpochs(count = 10): Epoch[] {
  return Array.from({ length: count }, (_, index) => ({
    epoch: index + 1,
    loss: 0.3 / (index + 1) ** 1.1,
    acc: 0.992 - 0.085 / (index + 1) ** 1.2,
    val_loss: 0.056 + 0.07 / (index + 1) ** 1.5,
    val_acc: 0.982 - 0.02 / (index + 1),
    seconds: 9.5,
  }));
}

/** `count` images, every `errorEvery`-th of them wrong. */
export function makeScoredLabels(count = 500, errorEvery = 17, classes = 10) {
  const labels = Uint8Array.from({ length: count }, (_, index) => (index * 7) % classes);
  const probabilities = new Float32Array(count * classes).fill(0.0025);
  labels.forEach((label, index) => {
    const isWrong = index % errorEvery === 8;
    const favorite = isWrong ? (label + 1 + (index % 4)) % classes : label;
    probabilities[index * classes + favorite] = isWrong ? 0.55 + (index % 40) / 100 : 0.97;
  });
  return { labels, probabilities, classes };
}

export function scoreAll({ labels, probabilities, classes }: ScoredLabels): TestScores {
  const scores = new TestScores(labels.length, classes);
  scores.add(labels, probabilities);
  return scores;
}

/** A ring or a bar that differs by index. */
export function makePixels(index: number, side = 28): Uint8Array {
  const middle = (side - 1) / 2;
  const radius = 5 + (index % 5);
  return Uint8Array.from({ length: side * side }, (_, pixel) => {
    const distance = Math.hypot((pixel % side) - middle, Math.floor(pixel / side) - middle);
    return Math.round(255 * Math.max(0, 1 - Math.abs(distance - radius) / 2));
  });
}

function meansOf(labels: Uint8Array): ReportData['meanImages'] {
  const means = new MeanImages(10, [28, 28]);
  for (const [row, label] of labels.entries())
    means.add({ count: 1, pixels: makePixels(row), labels: Int32Array.of(label) });
  return means.means().map((pixels) => pixels && { pixels, shape: [28, 28] });
}

export function makeReportData(
  overrides: Partial<ReportData> = {},
  config: Partial<RunConfig> = {},
): ReportData {
  const { classNames = indexNames(10) } = overrides;
  const classes = classNames.length;
  const scored = makeScoredLabels(500, 17, classes);
  const scores = scoreAll(scored);
  return {
    runId: 'run-2026',
    finishedAt: '2026-03-01T12:30:00.000Z',
    isAccepted: true,
    config: runConfigSchema.parse(config),
    classNames,
    epochs: makeEpochs(),
    modelEpoch: 10,
    heldOutCount: 0,
    metrics: scores.metrics(),
    predictions: scores.firstPredictions(),
    testPredictions: columnsOf(scores),
    probabilitiesOf: (index) => scores.probabilitiesOf(index),
    imageOf: (index) => ({ pixels: makePixels(index), shape: [28, 28] }),
    meanImages: meansOf(scored.labels),
    environment: {
      engine: 'native',
      device: 'cpu',
      tensorflowVersion: '2.21.0',
      tfjsVersion: '4.22.0',
      nodeVersion: '22.12.0',
      platform: 'linux-x64',
      cpuModel: 'Example Processor 8000 @ 2.60GHz',
      cpuCount: 8,
    },
    parameterCount: 806_410,
    inputShape: [28, 28],
    isCentered: true,
    layers: [
      { name: 'flatten', className: 'Flatten', outputShapes: [[784]], parameterCount: 0, trainedCount: 0 },
      {
        name: 'dense_1',
        className: 'Dense',
        outputShapes: [[1024]],
        parameterCount: 803_840,
        trainedCount: 803_840,
      },
      {
        name: 'probabilities',
        className: 'Dense',
        outputShapes: [[10]],
        parameterCount: 2570,
        trainedCount: 2570,
      },
    ],
    labelCounts: {
      train: Array.from(classNames, (_, label) => [50, 60, 55, 58, 52, 49, 57, 61, 54, 56][label % 10]!),
      test: new Array<number>(classes).fill(50),
    },
    phases: [
      { name: 'preprocess', seconds: 2.41 },
      { name: 'train', seconds: 104.2 },
      { name: 'evaluate', seconds: 3.7 },
    ],
    costUsd: 0.0057,
    contentKey: '0123456789abcdef',
    manifestSha256: 'a'.repeat(64),
    weightsSha256: 'b'.repeat(64),
    pipelineVersion: '0.1.0',
    earlierRuns: [],
    files: [
      { path: 'model/model.json', bytes: 3127 },
      { path: 'model/weights.bin', bytes: 5_850_152 },
      { path: 'evaluation/metrics.json', bytes: 8123 },
      { path: 'config.json', bytes: 512 },
      { path: 'try-it.html', bytes: 9000 },
      { path: 'run.json' },
    ],
    ...overrides,
  };
}

/** A finished run of 500 test images, every `errorEvery`-th of them wrong. */
export function makeComparedRun(
  runId: string,
  {
    config = {},
    errorEvery = 17,
    classNames = indexNames(10),
    ...overrides
  }: Partial<Omit<RunRecord, 'config'>> & {
    readonly config?: Partial<RunConfig>;
    readonly errorEvery?: number;
    readonly classNames?: readonly string[];
  } = {},
): ComparedRun {
  const { environment, phases } = makeReportData();
  const scores = scoreAll(makeScoredLabels(500, errorEvery, classNames.length));
  const { accuracy, loss, testCount, errorCount } = scores.metrics();
  const record = runRecordSchema.parse({
    schemaVersion: 1,
    runId,
    status: 'accepted',
    createdAt: '2026-03-01T12:28:00.000Z',
    finishedAt: '2026-03-01T12:30:00.000Z',
    config: runConfigSchema.parse(config),
    dataset: { name: 'mnist', contentKey: '0123456789abcdef', manifestSha256: 'a'.repeat(64) },
    environment,
    phases,
    costUsd: null,
    accuracy,
    loss,
    testCount,
    errorCount,
    artifacts: [],
    pipelineVersion: '0.1.0',
    ...overrides,
  });
  const testPredictions = columnsOf(scores);
  return { runId, record, epochs: makeEpochs(record.config.epochs), classNames, testPredictions };
}

/** Two runs that differ in three settings, the second the better one. */
export const makeComparisonData = (overrides: Partial<ComparisonData> = {}): ComparisonData => ({
  runs: [
    makeComparedRun('one-layer', { config: { hidden: [512], epochs: 6 } }),
    makeComparedRun('seed', { errorEvery: 40, config: { l2: 0.0003 } }),
  ],
  imageOf: (index) => ({ pixels: makePixels(index), shape: [28, 28] }),
  ...overrides,
});

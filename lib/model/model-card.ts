import { isAugmented } from '../augmentation/augmentation-settings';
import { printableNames } from '../contracts/class-names';
import type { DatasetManifest, Split } from '../contracts/dataset';
import { describeSize } from '../contracts/image-shape';
import type { Environment } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import { holdsOutImages } from '../contracts/validation-data';
import { wilsonInterval } from '../evaluation/confidence-interval';
import type { MetricValues } from '../evaluation/metrics';
import { formatCount, formatPercent } from '../report/format-values';
import { classInSentence, describeClasses, escapeMarkdown } from './card-classes';
import { renderCardMetadata } from './card-metadata';
import { describeInputValues } from './describe-input';
import { describeArchitecture } from './describe-model';
import { choicesByValidation, describeTraining } from './describe-training';
import type { ModelLabels } from './model-labels';
import { describeUse } from './model-use';
import { countTrained, type LayerSummary } from './summarize-layers';

export interface ModelCardData {
  readonly runId: string;
  readonly config: RunConfig;
  readonly labels: ModelLabels;
  readonly manifest: Pick<DatasetManifest, 'dataset' | 'contentKey' | 'imageShape'> &
    Readonly<Record<Split, { readonly rowCount: number }>>;
  readonly metrics: MetricValues;
  /** Expected calibration error, in [0, 1]. */
  readonly calibrationError: number;
  /** The trained epochs. */
  readonly epochs: readonly unknown[];
  /** The epoch of the weights of the model. */
  readonly epoch: number;
  readonly environment: Environment;
  readonly parameterCount: number;
  readonly layers: readonly LayerSummary[];
  /** Of one image, without the batch. */
  readonly inputShape: readonly number[];
  /** Training images that were the validation data; 0 if the test images were. */
  readonly heldOutCount: number;
  readonly weightsSha256: string;
  readonly pipelineVersion: string;
}

/**
 * The README of a model, in Markdown: training data, training, results, limits, and how to load it. Equal runs give equal
 * text.
 */
export function renderModelCard(data: ModelCardData): string {
  const { config, runId, manifest, metrics } = data;
  return [
    `${renderCardMetadata(config, manifest.dataset, metrics)}\n\n# ${config.modelName}`,
    `An image classifier with ${metrics.classes.length} classes, trained by mnist-pipeline ${data.pipelineVersion} in the run \`${runId}\`.`,
    '## Data',
    describeData(data),
    ...describeClasses(data.labels),
    '## Training',
    describeRun(data),
    '## Results',
    describeResults(data),
    '## Limits',
    describeLimits(data),
    '## Use it',
    describeUse(runId, data.inputShape),
    '',
  ].join('\n\n');
}

function describeData({ manifest, inputShape, labels, config }: ModelCardData): string {
  const { dataset, imageShape, train, test, contentKey } = manifest;
  return [
    `The dataset \`${dataset}\`: ${formatCount(train.rowCount)} training and ${formatCount(test.rowCount)} test images of ${describeSize(imageShape)}.`,
    `Input: float32 \`[batch, ${inputShape.join(', ')}]\`, ${describeInputValues(inputShape, labels, config.invert)}.`,
    `Content key \`${contentKey}\`: a hash of the raw files.`,
  ].join('\n');
}

function describeRun({
  config,
  environment,
  layers,
  heldOutCount,
  parameterCount,
  weightsSha256,
  epochs,
  epoch,
}: ModelCardData): string {
  const { initialWeightsSha256 } = config;
  const start =
    initialWeightsSha256 === undefined
      ? `the seed ${config.seed}`
      : `given weights (SHA-256 \`${initialWeightsSha256}\`)`;
  return table([
    ['architecture', describeArchitecture(config, layers)],
    ['parameters', describeParameters(parameterCount, countTrained(layers))],
    ...describeTraining(config, heldOutCount),
    [
      'training',
      `${epochs.length} of at most ${config.epochs} epochs, the weights of epoch ${epoch}, batches of ${config.batchSize}, from ${start}`,
    ],
    [
      'engine',
      `${environment.engine} TensorFlow ${environment.tensorflowVersion} on \`${environment.device}\``,
    ],
    ['weights', `SHA-256 \`${weightsSha256}\``],
  ]);
}

function describeParameters(all: number, trained: number): string {
  return trained === all
    ? formatCount(all)
    : `${formatCount(all)}, of which ${formatCount(trained)} are trained`;
}

function describeResults({ config, metrics, labels }: ModelCardData): string {
  const { accuracy, errorCount, testCount, loss, classes } = metrics;
  const { evaluateOn } = config;
  const names = printableNames(labels.classNames);
  const { low, high } = wilsonInterval(testCount - errorCount, testCount);
  const overall = table([
    [
      `${evaluateOn} accuracy`,
      `${formatPercent(accuracy)}, 95 % interval ${formatPercent(low)} to ${formatPercent(high)}`,
    ],
    ['wrong', `${formatCount(errorCount)} of ${formatCount(testCount)}`],
    [`${evaluateOn} loss`, loss.toFixed(4)],
  ]);
  const perClass = [
    `| label | precision | recall | ${evaluateOn} images |`,
    '| ---: | ---: | ---: | ---: |',
    ...classes.map(
      ({ label, precision, recall, support }) =>
        `| ${escapeMarkdown(names[label]!)} | ${formatPercent(precision)} | ${formatPercent(recall)} | ${formatCount(support)} |`,
    ),
  ].join('\n');
  const measured =
    evaluateOn === 'test'
      ? []
      : [
          `Measured on ${formatCount(testCount)} validation images that are held out from the training, and not on the test images.`,
        ];
  return [...measured, overall, perClass].join('\n\n');
}

function describeLimits({ metrics, manifest, config, calibrationError, labels }: ModelCardData): string {
  const tested = metrics.classes.filter(({ support }) => support > 0);
  const weakest = tested.toSorted((a, b) => a.recall - b.recall)[0]!;
  const size = manifest.imageShape.join('×');
  return [
    `- It has ${metrics.classes.length} classes and no class "none of these": every image gets a label, often with a high probability.`,
    `- It was trained on images prepared like those of \`${manifest.dataset}\`. Images of other sizes than ${size}, their negatives, and images that are shifted or rotated${isAugmented(config) ? ' by more than in the training' : ''} are classified badly.`,
    `- Label ${classInSentence(labels, weakest.label)} is recognized worst: ${formatPercent(weakest.recall)} of its ${config.evaluateOn} images.`,
    `- The probabilities were not calibrated afterwards: the expected calibration error is ${formatPercent(calibrationError)} (15 bins).`,
    `- ${describeOptimism(config)}`,
  ].join('\n');
}

/** How far the results can be trusted as those on new images. */
function describeOptimism(config: RunConfig): string {
  const chosen = choicesByValidation(config);
  if (config.evaluateOn === 'validation')
    return `The results are those on the validation images${chosen === undefined ? '' : `, which also chose ${chosen}`}; they are optimistic if this run was chosen among several by them. Nothing has looked at the test images.`;
  if (holdsOutImages(config)) return 'Nothing in the training looked at the test images.';
  return chosen === undefined
    ? 'The test images were also the validation data. Nothing in this run was chosen by them; results are optimistic if this run was chosen among several by them.'
    : `The test images were also the validation data and chose ${chosen}, so the results are optimistic.`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

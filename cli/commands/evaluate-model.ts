import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../../lib/contracts/errors';
import { readSourceDataset } from '../../lib/dataset/import-dataset';
import type { LabelledImages } from '../../lib/dataset/load-split';
import { computeMetrics, type MetricValues } from '../../lib/evaluation/metrics';
import { predictAll } from '../../lib/evaluation/predict-all';
import { describeSource, openModel } from '../open-model';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './runs';

interface EvaluateRequest extends StoreRequest {
  /** A run id, or the path of a Keras file. */
  readonly source: string;
  readonly dataset: string;
}

/** Prints how well a model does on a dataset's test images. */
export async function evaluateModelCommand(request: EvaluateRequest, terminal: Terminal): Promise<void> {
  const { source, dataset, store, isJson } = request;
  const model = await openModel(source, store);
  try {
    const what = describeSource(source);
    const classes = countClasses(model, what);
    const testImages = await readTestImages(dataset, classes, terminal);
    const accepting = acceptImages(model, testImages.imageShape, what);
    const probabilities = await predictAll(accepting, testImages, classes, terminal.signal);
    const metrics = computeMetrics({ labels: testImages.labels, probabilities, classes });
    terminal.print(
      isJson
        ? JSON.stringify({ model: source, dataset, ...metrics }, null, 2)
        : describe(`${what} on the test images of ${dataset}`, metrics),
    );
  } finally {
    model.dispose();
  }
}

function countClasses(model: LayersModel, what: string): number {
  const shape = model.outputs[0]!.shape.slice(1);
  const { activation } = model.layers.at(-1)!.getConfig();
  if (model.outputs.length === 1 && shape.length === 1 && activation === 'softmax') return shape[0]!;
  throw new PermanentError(
    'InvalidInput',
    `${what} ends with an output of ${shape.join('×')} and the activation ${JSON.stringify(activation)}. Only classifiers can be evaluated: one last Dense or Activation with softmax, so that the outputs are probabilities.`,
  );
}

/** Of the raw files, so that nothing is left in a store. */
async function readTestImages(
  dataset: string,
  classes: number,
  { report }: Terminal,
): Promise<LabelledImages> {
  const { files, remarks } = await readSourceDataset(dataset, classes);
  for (const message of remarks) report({ type: 'note', message });
  const { testImages: images, testLabels: labels } = files;
  const [count, height, width] = images.shape as [number, number, number];
  return { pixels: images.data, labels: labels.data, count, imageShape: [height, width] };
}

/** Pictures go into a model of [height, width], of [height · width], or of [height, width, 1]; others are refused. */
function acceptImages(model: LayersModel, imageShape: readonly [number, number], what: string): LayersModel {
  const [height, width] = imageShape;
  const expected = model.inputs[0]!.shape.slice(1) as number[];
  const allowed = [[height, width], [height * width], [height, width, 1]];
  const position = allowed.findIndex((shape) => shape.join('×') === expected.join('×'));
  if (position === 0) return model;
  if (position === -1) {
    throw new PermanentError(
      'InvalidInput',
      `${what} takes an input of ${expected.join('×')}, and the dataset has pictures of ${height}×${width}. Allowed are ${allowed.map((shape) => shape.join('×')).join(', ')}; choose another --dataset.`,
    );
  }
  const accepting = sequential();
  accepting.add(layers.reshape({ inputShape: [...imageShape], targetShape: expected }));
  accepting.add(model);
  return accepting;
}

function describe(title: string, { accuracy, errorCount, testCount, loss, classes }: MetricValues): string {
  const count = (value: number) => value.toLocaleString('en');
  const rows = classes.map(({ label, precision, recall, f1, support }) =>
    [label, precision.toFixed(4), recall.toFixed(4), f1.toFixed(4), count(support)].map(String),
  );
  return [
    title,
    '',
    `  test accuracy  ${accuracy.toFixed(4)} (${count(errorCount)} of ${count(testCount)} wrong)`,
    `  test loss      ${loss.toFixed(4)}`,
    '',
    formatTable([['label', 'precision', 'recall', 'f1', 'images'], ...rows]),
  ].join('\n');
}

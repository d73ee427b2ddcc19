import type { PixelRange } from '../../lib/contracts/pixel-range';
import { readSourceDataset } from '../../lib/dataset/import-dataset';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { type Measured, measureModel } from '../../lib/evaluation/measure-model';
import { describeOutputs } from '../../lib/evaluation/model-outputs';
import { hasOwnRescaling } from '../../lib/evaluation/pixel-range';
import { assertAcceptsImages } from '../../lib/inference/accepted-images';
import { formatTable } from '../display/table';
import { openModelSource } from '../model-source';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

interface EvaluateRequest extends StoreRequest {
  /** A run id, or the path of a Keras file. */
  readonly source: string;
  readonly dataset: string;
  readonly scale: PixelRange | undefined;
}

/** Prints a model's metrics on the test images of a dataset. */
export async function evaluateModelCommand(request: EvaluateRequest, terminal: Terminal): Promise<void> {
  const { source, dataset, store, isJson } = request;
  const { model, what } = await openModelSource(source, store);
  try {
    const outputs = describeOutputs(model, what);
    const images = await readTestImages(dataset, outputs.classes, terminal);
    assertAcceptsImages(model, images.imageShape, what);
    const range = request.scale ?? (hasOwnRescaling(model) ? '0..255' : '0..1');
    const measured = await measureModel(model, outputs, images, { range, signal: terminal.signal });
    const { metrics, betterRange } = measured;
    terminal.print(
      isJson
        ? JSON.stringify(
            {
              model: source,
              dataset,
              pixels: range,
              ...(betterRange && { betterPixels: betterRange }),
              ...metrics,
            },
            null,
            2,
          )
        : describe(`${what} on the test images of ${dataset}`, range, measured),
    );
  } finally {
    model.dispose();
  }
}

/** Reads the raw files directly, so that nothing is written to a store. */
async function readTestImages(
  dataset: string,
  classes: number,
  { report }: Terminal,
): Promise<LabeledImages> {
  const { files, remarks } = await readSourceDataset(dataset, classes);
  for (const message of remarks) report({ type: 'note', message });
  const { testImages: images, testLabels: labels } = files;
  const [count, height, width] = images.shape as [number, number, number];
  return { pixels: images.data, labels: labels.data, count, imageShape: [height, width] };
}

function describe(title: string, range: PixelRange, { metrics, betterRange }: Measured): string {
  const { accuracy, errorCount, testCount, loss, classes } = metrics;
  const count = (value: number) => value.toLocaleString('en');
  const rows = classes.map(({ label, precision, recall, f1, support }) =>
    [label, precision.toFixed(4), recall.toFixed(4), f1.toFixed(4), count(support)].map(String),
  );
  return [
    title,
    '',
    `  test accuracy  ${accuracy.toFixed(4)} (${count(errorCount)} of ${count(testCount)} wrong)`,
    `  test loss      ${loss.toFixed(4)}`,
    `  pixels         ${range}`,
    ...(betterRange === undefined
      ? []
      : [
          '',
          `The model is much more accurate on pixels ${betterRange}, which it seems to expect: --scale ${betterRange}`,
        ]),
    '',
    formatTable([['label', 'precision', 'recall', 'f1', 'images'], ...rows], { alignRight: [1, 2, 3, 4] }),
  ].join('\n');
}

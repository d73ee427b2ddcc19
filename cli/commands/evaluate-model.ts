import type { LayersModel } from '@tensorflow/tfjs-layers';
import { indexNames, printableNames } from '../../lib/contracts/class-names';
import {
  type DatasetSettings,
  datasetSettingsSchema,
  datasetSettingsShape,
} from '../../lib/contracts/dataset-settings';
import { parseOrThrow } from '../../lib/contracts/parse';
import type { PixelRange } from '../../lib/contracts/pixel-range';
import type { RunConfig } from '../../lib/contracts/run-config';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { readTestImages } from '../../lib/dataset/read-test-images';
import { type Measured, measureModel } from '../../lib/evaluation/measure-model';
import { describeOutputs } from '../../lib/evaluation/model-outputs';
import { hasOwnRescaling } from '../../lib/evaluation/pixel-range';
import { assertAcceptsImages } from '../../lib/inference/accepted-images';
import { labelsOf } from '../../lib/model/model-labels';
import { formatTable } from '../display/table';
import { fitText } from '../display/text-width';
import { flagOf } from '../flag-values';
import { openModelSource } from '../model-source';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

interface EvaluateRequest extends StoreRequest {
  /** A run id, or the path of a Keras file. */
  readonly source: string;
  /** Settings of the dataset, as given. @default - those of the run for its own dataset */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly scale: PixelRange | undefined;
}

/** Prints a model's metrics on the test images of a dataset. */
export async function evaluateModelCommand(request: EvaluateRequest, terminal: Terminal): Promise<void> {
  const { source, store, isJson } = request;
  const { model, what, config } = await openModelSource(source, store);
  try {
    const outputs = describeOutputs(model, what);
    const settings = chooseSettings(request.settings, config);
    const { dataset } = settings;
    const images = await readImages({ ...settings, classes: outputs.classes }, terminal);
    assertAcceptsImages(model, images.imageShape, what);
    const range = request.scale ?? (hasOwnRescaling(model) ? '0..255' : '0..1');
    const measured = await measureModel(model, outputs, images, { range, signal: terminal.signal });
    const { metrics, betterRange } = measured;
    const classNames = namesOf(model, outputs.classes);
    terminal.print(
      isJson
        ? JSON.stringify(
            {
              model: source,
              dataset,
              pixels: range,
              ...(betterRange && { betterPixels: betterRange }),
              ...metrics,
              classes: metrics.classes.map(({ label, ...values }) => ({
                label,
                name: classNames[label],
                ...values,
              })),
            },
            null,
            2,
          )
        : describe(`${what} on the test images of ${dataset}`, range, measured, classNames),
    );
  } finally {
    model.dispose();
  }
}

/** Given settings, and for the dataset of the run those of its training: the same images, prepared in the same way. */
function chooseSettings(given: EvaluateRequest['settings'], config: RunConfig | undefined): DatasetSettings {
  const isOwn = config !== undefined && [undefined, config.dataset].includes(given['dataset'] as string);
  const ofRun = isOwn ? Object.fromEntries(settingNames.map((name) => [name, config[name]])) : {};
  return parseOrThrow(datasetSettingsSchema, { ...ofRun, ...given }, what, 'InvalidInput', flagOf);
}

const settingNames = Object.keys(datasetSettingsShape) as (keyof DatasetSettings)[];
const what = 'The settings given on the command line ("mnist-pipeline help evaluate" lists them)';

/** Reads the source directly, so that nothing is written to a store. */
async function readImages(settings: DatasetSettings, { report }: Terminal): Promise<LabeledImages> {
  const { images, preparation } = await readTestImages(settings);
  for (const message of preparation.remarks) report({ type: 'note', message });
  return images;
}

/** Of the model of a run. Other models have none that are known, and the numbers take their place. */
function namesOf(model: LayersModel, classes: number): string[] {
  const { classNames } = labelsOf(model);
  return printableNames(classNames.length === classes ? classNames : indexNames(classes));
}

/** The numbers beside a name fit into 80 columns. */
const maxNameColumns = 30;

function describe(
  title: string,
  range: PixelRange,
  { metrics, betterRange }: Measured,
  classNames: readonly string[],
): string {
  const { accuracy, errorCount, testCount, loss, classes } = metrics;
  const count = (value: number) => value.toLocaleString('en');
  const rows = classes.map(({ label, precision, recall, f1, support }) => [
    fitText(classNames[label]!, maxNameColumns),
    ...[precision, recall, f1].map((value) => value.toFixed(4)),
    count(support),
  ]);
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

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { areIndexNames } from '../../lib/contracts/class-names';
import { isNamed, PermanentError, type PipelineError } from '../../lib/contracts/errors';
import { decodeImage } from '../../lib/image/decode-image';
import { imageFormats } from '../../lib/image/formats/read-header';
import { isImageName } from '../../lib/image/image-name';
import type { DigitReading } from '../../lib/image/read-digit';
import { type Classification, classifyImage, type Reading } from '../../lib/inference/classify-image';
import { openRunModel } from '../../lib/inference/open-model';
import { defaultWhite } from '../../lib/model/model-labels';
import { chooseModelRun } from '../choose-model-run';
import { formatTable } from '../display/table';
import { fitText } from '../display/text-width';
import { readInputFile } from '../read-input-file';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

export interface PredictRequest extends StoreRequest {
  /** Files and folders. */
  readonly images: readonly string[];
  /** As the user gave it. @default - as `chooseModelRun` */
  readonly runId: string | undefined;
  readonly modelName: string | undefined;
  /** A dark digit on a light background, or the reverse. @default what each image itself shows */
  readonly isInverted: boolean | undefined;
  /** The images have the model's input size, and the model gets them unchanged. */
  readonly isRaw: boolean;
}

/** Compressed images, and the 50 million pixels of a BMP that may be decoded. */
const maxFileBytes = 256 * 2 ** 20;

/** Classifies one image and describes it, or several images in a table. */
export async function predictCommand(request: PredictRequest, terminal: Terminal): Promise<void> {
  const { images, isJson } = request;
  const { paths, hasFolder } = await listImages(images);
  if (paths.length > 1 || hasFolder) return predictAll(request, paths, terminal);
  const path = paths[0]!;
  // Read first: a wrong path should not wait for the model.
  const image = await readImage(path);
  const { runId, model } = await openModel(request);
  try {
    const result = await classifyImage(model, image, { ...request, fileName: path });
    terminal.print(isJson ? JSON.stringify(toJson(runId, path, result), null, 2) : describe(runId, result));
  } finally {
    model.dispose();
  }
}

async function openModel({ store, runId, modelName }: PredictRequest) {
  const chosen = await chooseModelRun(store, runId, modelName);
  return { runId: chosen, model: await openRunModel(store, chosen) };
}

async function readImage(path: string) {
  const what = `The image ${JSON.stringify(path)}`;
  const bytes = await readInputFile(path, what, `Give the path of a ${imageFormats} file.`, maxFileBytes);
  return decodeImage(bytes, path);
}

/** Replaces each folder by its image files, in the order of their names. */
async function listImages(given: readonly string[]): Promise<{ paths: string[]; hasFolder: boolean }> {
  const paths: string[] = [];
  let hasFolder = false;
  for (const path of given) {
    const names = await readFolder(path);
    if (names === undefined) {
      paths.push(path);
      continue;
    }
    hasFolder = true;
    const files = names.filter(isImageName).sort();
    if (files.length === 0) {
      throw new PermanentError(
        'InvalidInput',
        `The folder ${JSON.stringify(path)} has no images. Give a folder with ${imageFormats} files, named by their format such as "digit.png".`,
      );
    }
    paths.push(...files.map((name) => join(path, name)));
  }
  return { paths, hasFolder };
}

/** `undefined` for what is not a folder: reading it as a file gives the message. */
async function readFolder(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch {
    return undefined;
  }
}

/** One image of several: its result, or why there is none. */
type Row =
  | { readonly path: string; readonly result: Classification }
  | { readonly path: string; readonly failure: PipelineError };

/** @throws PermanentError InvalidInput after all images, if some could not be classified. */
async function predictAll(
  request: PredictRequest,
  paths: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { runId, model } = await openModel(request);
  const rows: Row[] = [];
  try {
    for (const path of paths) rows.push(await classifyFile(model, path, request));
  } finally {
    model.dispose();
  }
  terminal.print(
    request.isJson
      ? JSON.stringify(
          rows.map((row) =>
            'result' in row
              ? toJson(runId, row.path, row.result)
              : { runId, image: row.path, error: { name: row.failure.name, message: row.failure.message } },
          ),
          null,
          2,
        )
      : describeAll(runId, rows, terminal),
  );
  const failedCount = rows.filter((row) => 'failure' in row).length;
  if (failedCount === 0) return;
  throw new PermanentError(
    'InvalidInput',
    `${failedCount} of ${rows.length} images could not be classified; each has its reason in the output.`,
    { evidence: { failedCount, count: rows.length } },
  );
}

async function classifyFile(model: LayersModel, path: string, request: PredictRequest): Promise<Row> {
  try {
    const image = await readImage(path);
    return { path, result: await classifyImage(model, image, { ...request, fileName: path }) };
  } catch (error) {
    if (isNamed(error, 'InvalidInput')) return { path, failure: error };
    throw error;
  }
}

function toJson(runId: string, image: string, { predicted, classNames, ...result }: Classification) {
  const { probabilities, white, reading, doubts } = result;
  const predictedName = classNames[predicted];
  return { runId, image, predicted, predictedName, probabilities, classNames, white, reading, doubts };
}

function describeAll(runId: string, rows: readonly Row[], { styles }: Terminal): string {
  const cells = rows.map((row) => {
    if ('failure' in row) return [row.path, '', '', row.failure.message];
    const { predicted, probabilities, classNames, doubts } = row.result;
    const name = fitText(classNames[predicted]!, maxNameColumns);
    return [row.path, name, formatPercent(probabilities[predicted]!), doubts.join(' ')];
  });
  const hasNames = rows.some((row) => 'result' in row && !areIndexNames(row.result.classNames));
  const table = formatTable([['image', hasNames ? 'class' : 'digit', 'probability', 'note'], ...cells], {
    alignRight: hasNames ? [2] : [1, 2],
    style: (cell, row, column) => {
      if (row === 0) return styles.bold(cell);
      return column === 3 && 'failure' in rows[row - 1]! ? styles.red(cell) : cell;
    },
  });
  return `${table}\n\n  ${styles.dim(`run ${runId}`)}`;
}

/** Leaves room in a terminal for what is beside a name. */
const maxNameColumns = 40;

const formatPercent = (probability: number) => `${(100 * probability).toFixed(2)} %`;

function describe(runId: string, classification: Classification): string {
  const { predicted, probabilities, classNames, white, reading, doubts } = classification;
  const nameOf = (label: number) => fitText(classNames[label]!, maxNameColumns);
  const rows = probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ probability, label }) => [nameOf(label), formatPercent(probability)]);
  const warning = doubts.length === 0 ? [] : ['', `Do not rely on this answer: ${doubts.join(' ')}`];
  return [
    `${nameOf(predicted)}  (run ${runId})`,
    '',
    formatTable(rows, { alignRight: [1] }),
    ...warning,
    '',
    [describeReading(reading), ...describeScale(white)].join(' '),
  ].join('\n');
}

const inkNames: Readonly<Record<DigitReading['ink'], string>> = {
  dark: 'a dark digit on a light background',
  light: 'a light digit on a dark background',
  opaque: 'a digit on a transparent background',
  transparent: 'a transparent digit on an opaque background',
};

function describeReading(reading: Reading): string {
  const { format, width, height, isCentered } = reading;
  const image = `${width}×${height} pixels of ${format}`;
  if ('isScaled' in reading)
    return `The whole image was scaled${reading.isInverted ? ', and its negative taken,' : ''} as in the training; ${image}.`;
  const { ink, decidedBy } = reading;
  const otherFlag = ink === 'dark' ? '--no-invert' : '--invert';
  const source = {
    flag: ', as given',
    border: `, according to its border (otherwise give ${otherFlag})`,
    transparency: '',
  }[decidedBy];
  const treatment = isCentered ? 'scaled and centered' : 'unchanged';
  return `Read as ${inkNames[ink]}${source}; ${image}, ${treatment}.`;
}

/** Values of an image file are fractions of its white, whatever the white of the training data was. */
const describeScale = (white: number) =>
  white === defaultWhite ? [] : [`Its white is 1 for the model, as ${white} was in the training data.`];

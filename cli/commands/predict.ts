import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { latestModelSchema } from '../../lib/contracts/results';
import { runConfigSchema, runIdSchema } from '../../lib/contracts/run-config';
import { type DecodedImage, decodeImage } from '../../lib/image/decode-image';
import { findDoubts } from '../../lib/image/doubts';
import { imageFormats } from '../../lib/image/formats/read-header';
import { type DigitReading, readDigit, readUnchanged } from '../../lib/image/read-digit';
import { loadModel } from '../../lib/model/model-files';
import { getJsonIfPresent } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { readInputFile } from '../read-input-file';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './runs';

export interface PredictRequest extends StoreRequest {
  readonly imagePath: string;
  /** @default the run that `models/<modelName>/latest.json` points to */
  readonly runId: string | undefined;
  readonly modelName: string;
  /** A dark digit on a light background, or the other way round. @default what the image itself shows */
  readonly isInverted: boolean | undefined;
  /** The image is of the model's size, and the model gets it as it is. */
  readonly isRaw: boolean;
}

/** Compressed images and the 50 million pixels of a BMP that may be decoded. */
const maxFileBytes = 256 * 2 ** 20;

/** Classifies one image. */
export async function predictCommand(request: PredictRequest, terminal: Terminal): Promise<void> {
  const { store, imagePath, isJson } = request;
  const bytes = await readInputFile(
    imagePath,
    `The image ${JSON.stringify(imagePath)}`,
    `Give the path of a ${imageFormats} file.`,
    maxFileBytes,
  );
  const image = await decodeImage(bytes, imagePath);
  const runId = await chooseRun(request);
  await useWasmBackend();
  const model = await loadModel(store, runId);
  try {
    // [height, width] for the perceptron, [height, width, 1] for a convolution.
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const { input, reading } = readInput(request, image, [shape[0]!, shape[1]!]);
    const output = tidy(() => model.predict(tensor(input, [1, ...shape])) as Tensor);
    const probabilities = Array.from(await output.data<'float32'>());
    output.dispose();
    const predicted = probabilities.indexOf(Math.max(...probabilities));
    // An image that is given as it is need be no drawing of a digit.
    const doubts = request.isRaw
      ? []
      : findDoubts({ pixels: input, shape: [shape[0]!, shape[1]!] }, probabilities);
    terminal.print(
      isJson
        ? JSON.stringify({ runId, image: imagePath, predicted, probabilities, reading, doubts }, null, 2)
        : describe(runId, predicted, probabilities, reading, doubts),
    );
  } finally {
    model.dispose();
  }
}

/** What was made of the image before the model saw it. */
interface Reading extends DigitReading {
  readonly format: string;
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly isCentered: boolean;
}

function readInput(
  { imagePath, isInverted, isRaw }: PredictRequest,
  image: DecodedImage,
  shape: readonly [number, number],
): { readonly input: Float32Array; readonly reading: Reading } {
  const [height, width] = image.shape;
  const facts = { format: image.format, width, height, isCentered: !isRaw };
  if (isRaw) {
    const gray = readUnchanged(image, shape, imagePath);
    const input = isInverted === true ? gray.map((each) => 1 - each) : gray;
    return { input, reading: { ink: isInverted === true ? 'dark' : 'light', decidedBy: 'flag', ...facts } };
  }
  const forced = isInverted === undefined ? undefined : isInverted ? 'dark' : 'light';
  const { digit, ink, decidedBy } = readDigit(image, shape, { forced, fileName: imagePath });
  return { input: digit.pixels, reading: { ink, decidedBy, ...facts } };
}

export async function chooseRun({
  store,
  runId,
  modelName,
}: Pick<PredictRequest, 'store' | 'runId' | 'modelName'>): Promise<string> {
  if (runId !== undefined) return parseOrThrow(runIdSchema, runId, 'The run id');
  const name = parseOrThrow(runConfigSchema.shape.modelName, modelName, 'The model name');
  return (await readLatest(store, name)).runId;
}

async function readLatest(store: ObjectStore, modelName: string) {
  const latest = await getJsonIfPresent(store, objectKeys.latestModel(modelName), latestModelSchema);
  if (latest !== undefined) return latest;
  throw new PermanentError(
    'ArtifactNotFound',
    `No model "${modelName}" is registered in ${store.location}. Train one with "mnist-pipeline train", or name a run with --run-id or a model with --model-name.`,
    { evidence: { modelName } },
  );
}

function describe(
  runId: string,
  predicted: number,
  probabilities: readonly number[],
  reading: Reading,
  doubts: readonly string[],
): string {
  const rows = probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ probability, label }) => [String(label), `${(100 * probability).toFixed(2)} %`]);
  const warning = doubts.length === 0 ? [] : ['', `Do not rely on this answer: ${doubts.join(' ')}`];
  return [
    `${predicted}  (run ${runId})`,
    '',
    formatTable(rows),
    ...warning,
    '',
    describeReading(reading),
  ].join('\n');
}

const inkNames: Readonly<Record<Reading['ink'], string>> = {
  dark: 'a dark digit on a light background',
  light: 'a light digit on a dark background',
  opaque: 'a digit on a transparent background',
  transparent: 'a transparent digit on an opaque background',
};

function describeReading({ ink, decidedBy, format, width, height, isCentered }: Reading): string {
  const otherFlag = ink === 'dark' ? '--no-invert' : '--invert';
  const source = {
    flag: ', as you said',
    border: `, as its border says (if it is not: ${otherFlag})`,
    transparency: '',
  }[decidedBy];
  const treatment = isCentered ? 'scaled and centered' : 'as it is';
  return `Read as ${inkNames[ink]}${source}; ${width}×${height} pixels of ${format}, ${treatment}.`;
}

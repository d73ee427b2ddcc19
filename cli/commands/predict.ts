import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { latestModelSchema } from '../../lib/contracts/results';
import { runConfigSchema, runIdSchema } from '../../lib/contracts/run-config';
import { readPicture } from '../../lib/dataset/read-picture';
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
  /** Dark digit on light paper, where MNIST has light on black. */
  readonly isInverted: boolean;
}

/** Classifies one picture. */
export async function predictCommand(request: PredictRequest, terminal: Terminal): Promise<void> {
  const { store, imagePath, isInverted, isJson } = request;
  const bytes = await readInputFile(
    imagePath,
    `The picture ${JSON.stringify(imagePath)}`,
    'Give the path of a PNG file.',
  );
  const runId = await chooseRun(request);
  await useWasmBackend();
  const model = await loadModel(store, runId);
  try {
    const [, height, width] = model.inputs[0]!.shape as [null, number, number];
    const pixels = readPicture(bytes, [height, width], imagePath);
    const input = isInverted ? pixels.map((grey) => 1 - grey) : pixels;
    const output = tidy(() => model.predict(tensor3d(input, [1, height, width])) as Tensor);
    const probabilities = Array.from(await output.data<'float32'>());
    output.dispose();
    const predicted = probabilities.indexOf(Math.max(...probabilities));
    terminal.print(
      isJson
        ? JSON.stringify({ runId, image: imagePath, predicted, probabilities }, null, 2)
        : describe(runId, predicted, probabilities),
    );
  } finally {
    model.dispose();
  }
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

function describe(runId: string, predicted: number, probabilities: readonly number[]): string {
  const rows = probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ probability, label }) => [String(label), `${(100 * probability).toFixed(2)} %`]);
  return [`${predicted}  (run ${runId})`, '', formatTable(rows)].join('\n');
}

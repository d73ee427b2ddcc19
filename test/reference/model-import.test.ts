import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { predictAll } from '../../lib/evaluation/predict-all';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { parseIdx } from '../support/parse-idx';
import { type KerasVersion, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const mnist = findMnistFolder();
const count = 100;
let pixels: Uint8Array;

beforeAll(async () => {
  await useWasmBackend();
  const { data } = parseIdx(readFileSync(join(mnist, 't10k-images-idx3-ubyte')));
  pixels = data.subarray(0, count * 28 * 28);
});

const readModel = (file: string) =>
  readKerasModel(readFileSync(join(folder, file)), `The model ${JSON.stringify(file)}`);

test.each<[KerasVersion, string[]]>([
  ['keras', ['h5', 'keras']],
  ['older keras', ['h5', 'keras']],
  ['tf_keras', ['h5']],
])('a model that %s trained and saved as %j has equal predictions here', async (reference, endings) => {
  const { version, files } = runPython<{ version: string; files: string[] }>(
    'keras_write_models.py',
    [folder, mnist],
    reference,
  );
  process.stderr.write(`${reference} ${version} wrote ${files.join(', ')}\n`);
  expect(files).toEqual(['mlp', 'l2', 'cnn'].flatMap((name) => endings.map((ending) => `${name}.${ending}`)));
  for (const file of files) {
    const bytes = readFileSync(join(folder, `${file.split('.')[0]}.f32`));
    const expected = new Float32Array(new Uint8Array(bytes).buffer);
    const model = await readModel(file);
    const predicted = await predictAll(model, { pixels, count, imageShape: [28, 28] }, 10);
    model.dispose();
    const differences = predicted.map((value, index) => Math.abs(value - expected[index]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
  }
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readModelFile } from '../../lib/export/read-model-file';
import { assemble } from '../../lib/model/assemble';
import { encodeArchitecture } from '../../lib/model/stored-architecture';
import { requireTrainable } from '../../lib/model/trainable';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { type KerasVersion, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
beforeAll(useWasmBackend);

const readFloats = (file: string) =>
  new Float32Array(new Uint8Array(readFileSync(join(folder, file))).buffer);
const readFile = (file: string) =>
  readModelFile(readFileSync(join(folder, file)), `The model "${file}"`, async () => undefined);

test.each<[KerasVersion, string[]]>([
  ['keras', ['h5', 'keras']],
  ['older keras', ['h5', 'keras']],
  ['tf_keras', ['h5']],
  ['keras 2', ['h5']],
])('--model reads the functional models that %s wrote as JSON and %j', async (reference, endings) => {
  const { version, names } = runPython<{ version: string; names: string[] }>(
    'keras_write_architectures.py',
    [folder],
    reference,
  );
  process.stderr.write(`${reference} ${version} wrote ${names.join(', ')}\n`);
  for (const name of names) {
    const expected = readFloats(`${name}.f32`);
    const described = await readFile(`${name}.json`);
    expect(described.weights).toBeUndefined();
    const network = requireTrainable(described.graph, 10, name);
    for (const ending of endings) {
      expect(existsSync(join(folder, `${name}.${ending}`))).toBe(true);
      const { graph, weights } = await readFile(`${name}.${ending}`);
      expect(encodeArchitecture(requireTrainable(graph, 10, name))).toEqual(encodeArchitecture(network));
      const model = assemble(network, name, weights);
      const outputs = tf.tidy(() =>
        (model.predict(tf.tensor(readFloats('images.f32'), [8, 28, 28, 1])) as tf.Tensor).dataSync(),
      );
      model.dispose();
      const largest = Math.max(1, ...expected.map(Math.abs));
      const differences = outputs.map((value, index) => Math.abs(value - expected[index]!) / largest);
      expect(Math.max(...differences)).toBeLessThan(1e-5);
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
    }
  }
});

test('a frozen nested model stays frozen', async () => {
  const { graph } = await readFile('frozen.json');
  const trained = graph.layers.filter(({ config }) => config.trainable).map(({ class_name }) => class_name);
  expect(trained).not.toContain('BatchNormalization');
  expect(trained).toContain('SeparableConv2D');
});

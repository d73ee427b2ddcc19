import * as tf from '@tensorflow/tfjs-core';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Group } from 'h5wasm';
import { describeModel } from '../../lib/export/exportable-model';
import { addArray, addText, writeHdf5 } from '../../lib/export/hdf5';
import { writeKerasH5 } from '../../lib/export/keras-h5';
import { writeKerasV3 } from '../../lib/export/keras-v3';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam, sampleModels } from '../support/sample-models';

const what = 'The model "given.keras"';
type Files = Record<'config.json' | 'metadata.json' | 'model.weights.h5', Uint8Array>;
type Json = Record<string, unknown>;
interface Config {
  class_name: string;
  config: { name: string; layers: { class_name: string; registered_name: string | null; config: Json }[] };
}

let archive: Uint8Array;
let files: Files;
let legacy: Uint8Array;
beforeAll(async () => {
  await useWasmBackend();
  const model = sampleModels['l2 regularization']();
  const exported = await describeModel(model, adam);
  model.dispose();
  archive = await writeKerasV3(exported);
  files = unzipSync(archive) as Files;
  legacy = await writeKerasH5(exported);
});

async function expectRefusal(bytes: Uint8Array, message: RegExp): Promise<void> {
  const before = tf.memory().numTensors;
  const reading = readKerasModel(bytes, what);
  await expect(reading).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  expect(tf.memory().numTensors).toBe(before);
}

test('the unmodified test files can be read', async () => {
  for (const bytes of [archive, legacy]) (await readKerasModel(bytes, what)).dispose();
});

test.each<[string, () => Uint8Array, RegExp]>([
  ['empty', () => new Uint8Array(0), /neither a \.keras nor an \.h5 file: its 0 bytes begin with nothing/],
  ['text', () => strToU8('model, please'), /neither .* its 13 bytes begin with 0x6d6f64656c2c2070/],
  ['a cut archive', () => archive.subarray(0, archive.length / 2), /is a damaged archive/],
  ['an archive of something else', () => zipSync({ 'a.txt': strToU8('a') }), /without a config\.json/],
  [
    'an archive without weights',
    () => zipSync({ 'config.json': files['config.json'] }),
    /and a model\.weights\.h5, which Keras 3 writes/,
  ],
  [
    'an archive whose configuration would fill the memory',
    () => zipSync({ ...files, 'config.json': new Uint8Array(2 ** 24 + 1) }),
    /without a config\.json \(of at most 16777216 bytes\)/,
  ],
  ['a cut .h5', () => legacy.subarray(0, 1000), /is not an HDF5 file, or it is damaged/],
  ['a signature alone', () => legacy.subarray(0, 8), /is not an HDF5 file, or it is damaged/],
  [
    'weights that are text',
    () => zipSync({ ...files, 'model.weights.h5': strToU8('text') }),
    /is not an HDF5 file, or it is damaged/,
  ],
  [
    'a configuration that is not JSON',
    () => zipSync({ ...files, 'config.json': strToU8('{') }),
    /has a configuration that is not JSON/,
  ],
])('%s is refused', async (_, spoil, message) => expectRefusal(spoil(), message));

test.each<[string, (config: Config) => void, RegExp]>([
  [
    'another kind of model',
    (config) => {
      config.class_name = 'MyModel';
    },
    /"class_name": only sequential and functional models of Keras are read \(received "MyModel"\)/,
  ],
  [
    'a layer of code',
    (config) => {
      config.config.layers[2]!.class_name = 'Lambda';
    },
    /The layer "dropout_1" of the model "given\.keras" has the class "Lambda", which .* Allowed are Activation,/,
  ],
  [
    'a class named like a property of every object',
    (config) => {
      config.config.layers[2]!.class_name = 'constructor';
    },
    /has the class "constructor"/,
  ],
  [
    'a custom layer under a known name',
    (config) => {
      config.config.layers[3]!.registered_name = 'mine>Dense';
    },
    /custom layers are not supported \(received "mine>Dense"\)/,
  ],
  [
    'a setting that nobody knows',
    (config) => {
      config.config.layers[3]!.config['lora_rank'] = 4;
    },
    /The layer "dense_1" .* \(Dense\) cannot be used\. Unrecognized key: "lora_rank"/,
  ],
  [
    'another activation',
    (config) => {
      config.config.layers[3]!.config['activation'] = 'sparsemax';
    },
    /"activation": .*"relu".*\(received "sparsemax"\)/,
  ],
  [
    'whole numbers for weights',
    (config) => {
      config.config.layers[3]!.config['dtype'] = 'int8';
    },
    /"dtype": must be one of float32, mixed_float16, .* \(received "int8"\)/,
  ],
  [
    'channels before pixels',
    (config) => {
      config.config.layers[1]!.config['data_format'] = 'channels_first';
    },
    /"data_format": only channels_last is read: .* \(received "channels_first"\)/,
  ],
  [
    'a layer name that is a path',
    (config) => {
      config.config.layers[3]!.config['name'] = '../dense';
    },
    /a layer name is 1 to 200 characters/,
  ],
  [
    'one name for two layers',
    (config) => {
      config.config.layers[3]!.config['name'] = 'flatten';
    },
    /two layers named "flatten"/,
  ],
  [
    'no input shape',
    (config) => {
      config.config.layers.shift();
      Object.assign(config, { build_config: null });
      Object.assign(config.config, { build_input_shape: null });
    },
    /does not specify the shape of its input.*keras\.Input/,
  ],
  [
    'an open input shape',
    (config) => {
      config.config.layers[0]!.config['batch_shape'] = [null, null, 6];
    },
    /its layer "flatten" does not fit an input of \?×6 \(/,
  ],
  [
    'more units than there are weights',
    (config) => {
      config.config.layers[3]!.config['units'] = 2 ** 22;
    },
    /has float32 36×4 at layers\/dense\/vars\/0 in \d+ bytes, and its configuration requires float32 36×4194304/,
  ],
  [
    'a layer without its weights',
    (config) => {
      const dense = config.config.layers[3]!;
      config.config.layers.push({ ...dense, config: { ...dense.config, name: 'extra' } });
    },
    /has nothing at layers\/dense_2\/vars\/0/,
  ],
  [
    'layers that do not fit together',
    (config) => {
      config.config.layers[1]!.class_name = 'MaxPooling2D';
      Object.assign(config.config.layers[1]!.config, { pool_size: [2, 2], strides: [2, 2] });
    },
    /cannot be built: its layer "flatten" does not fit an input of 6×6 \(/,
  ],
])('a configuration with %s is refused', async (_, change, message) => {
  const config = JSON.parse(strFromU8(files['config.json'])) as Config;
  change(config);
  await expectRefusal(zipSync({ ...files, 'config.json': strToU8(JSON.stringify(config)) }), message);
});

const dense = (group: Group) => group.create_group('layers').create_group('dense').create_group('vars');

test.each<[string, (root: Group) => void, RegExp]>([
  [
    'of whole numbers',
    (root) =>
      dense(root).create_dataset({ name: '0', data: new Int32Array(36 * 4), shape: [36, 4], dtype: '<i' }),
    /has no floating-point number 36×4/,
  ],
  [
    'in a group',
    (root) => dense(root).create_group('0'),
    /has nothing at layers\/dense\/vars\/0 .* requires float32 36×4/,
  ],
  [
    'in another file',
    (root) => dense(root).create_external_link('/etc/passwd', '/', '0'),
    /has nothing at layers\/dense\/vars\/0/,
  ],
  [
    'that are packed smaller than they are',
    (root) =>
      dense(root).create_dataset({
        name: '0',
        data: new Float32Array(1_000_000),
        shape: [1000, 1000],
        chunks: [1000, 1000],
        compression: 9,
        dtype: '<f',
      }),
    /has float32 1000×1000 at/,
  ],
])('weights %s are refused', async (_, fill, message) => {
  const weights = await writeHdf5(fill);
  await expectRefusal(zipSync({ ...files, 'model.weights.h5': weights }), message);
});

test('weights that decompress to more than the file size are refused, even with the right shape', async () => {
  const config = JSON.parse(strFromU8(files['config.json'])) as Config;
  config.config.layers[3]!.config['units'] = 100_000;
  const weights = await writeHdf5((root) => {
    dense(root).create_dataset({
      name: '0',
      data: new Float32Array(36 * 100_000),
      shape: [36, 100_000],
      chunks: [36, 100_000],
      compression: 9,
      dtype: '<f',
    });
  });
  expect(weights.length).toBeLessThan(36 * 100_000);
  await expectRefusal(
    zipSync({ ...files, 'config.json': strToU8(JSON.stringify(config)), 'model.weights.h5': weights }),
    /has float32 36×100000 at layers\/dense\/vars\/0 in \d+ bytes, and its configuration requires/,
  );
});

test('an .h5 with only weights is refused, with advice on how to save the model', async () => {
  const weights = await writeHdf5((root) => {
    addText(root, 'backend', 'tensorflow');
    addArray(root, { name: 'kernel', shape: [2], values: Float32Array.from([1, 2]) });
  });
  await expectRefusal(weights, /has no model_config: it has only weights\. Save the whole model/);
});

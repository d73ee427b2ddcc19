import { strToU8, zipSync } from 'fflate';
import { toSnakeCase } from '../model/keras-layers';
import type { ExportableModel } from './exportable-model';
import { addArray, addText, writeHdf5 } from './hdf5';

const kerasVersion = '3.15.1';
/** The lowest time of a zip. */
const beginning = '1980-01-01T00:00:00';

/** The `.keras` archive of Keras 3: metadata, configuration and weights. Adam's moments are not in it. */
export async function writeKerasV3(model: ExportableModel): Promise<Uint8Array> {
  const files = {
    'metadata.json': encode({ keras_version: kerasVersion, date_saved: beginning.replace('T', '@') }),
    'config.json': encode(describeModelConfig(model)),
    'model.weights.h5': await writeWeights(model),
  };
  // Keras stores without compressing.
  return zipSync(files, { level: 0, mtime: beginning });
}

const encode = (value: unknown) => strToU8(JSON.stringify(value));

function serialize(module: string, className: string, config: object) {
  return { module, class_name: className, config, registered_name: null };
}

function describeModelConfig({ name, inputShape, layers, learningRate }: ExportableModel) {
  const batchShape = [null, ...inputShape];
  const dtype = serialize('keras', 'DTypePolicy', { name: 'float32' });
  const input = {
    batch_shape: batchShape,
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name: 'input_layer',
  };
  const sequential = serialize('keras', 'Sequential', {
    name,
    trainable: true,
    dtype,
    layers: [
      serialize('keras.layers', 'InputLayer', input),
      ...layers.map(({ layer }) =>
        serialize('keras.layers', layer.class_name, { ...layer.config, ...penalty(layer.config), dtype }),
      ),
    ],
    build_input_shape: batchShape,
  });
  return {
    ...sequential,
    build_config: { input_shape: batchShape },
    compile_config: {
      optimizer: serialize('keras.optimizers', 'Adam', { name: 'adam', learning_rate: learningRate }),
      loss: 'sparse_categorical_crossentropy',
      loss_weights: null,
      metrics: ['sparse_categorical_accuracy'],
      weighted_metrics: null,
      run_eagerly: false,
      steps_per_execution: 1,
      jit_compile: false,
    },
  };
}

function penalty(config: object) {
  if (!('kernel_regularizer' in config) || config.kernel_regularizer === null) return {};
  const { class_name, config: factors } = config.kernel_regularizer as { class_name: string; config: object };
  return { kernel_regularizer: serialize('keras.regularizers', class_name, factors) };
}

/** The name of a group is the class of the layer and, from the second one on, a number; not the name of the layer. */
function writeWeights({ name, layers }: ExportableModel): Promise<Uint8Array> {
  return writeHdf5((root) => {
    addText(root.create_group('vars'), 'name', name);
    const all = root.create_group('layers');
    const paths = nameGroups(layers.map(({ layer }) => layer.class_name));
    for (const [index, { layer, weights }] of layers.entries()) {
      const variables = all.create_group(paths[index]!).create_group('vars');
      addText(variables, 'name', layer.config.name);
      weights.forEach((weight, position) => {
        addArray(variables, { ...weight, name: String(position) });
      });
    }
  });
}

/** `dense`, `dense_1`, `dense_2`, … in the order of the layers. */
export function nameGroups(classNames: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return classNames.map((className) => {
    const stem = toSnakeCase(className);
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    return count === 0 ? stem : `${stem}_${count}`;
  });
}

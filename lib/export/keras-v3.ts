import { strToU8, zipSync } from 'fflate';
import { describeIn, type ExportedLayer } from '../model/exportable';
import { toSnakeCase } from '../model/keras-layers';
import type { ExportableModel } from './exportable-model';
import { addArray, addText, writeHdf5 } from './hdf5';
import { type CallOutput, listKerasCalls, nameInput } from './keras-calls';
import { describeOptimizer } from './keras-optimizer';
import { describeLabels } from './label-metadata';

const kerasVersion = '3.15.1';
/** The lowest time of a zip. */
const beginning = '1980-01-01T00:00:00';

/**
 * The `.keras` archive of Keras 3: metadata, configuration and weights. The state of the optimizer is not in it.
 */
export async function writeKerasV3(model: ExportableModel): Promise<Uint8Array> {
  const files = {
    // Keras writes these two and reads none of them, so the labels can be beside them.
    'metadata.json': encode({
      keras_version: kerasVersion,
      date_saved: beginning.replace('T', '@'),
      ...describeLabels(model.labels),
    }),
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

function describeModelConfig(model: ExportableModel) {
  const batchShape = [null, ...model.inputShape];
  const described = model.isChain
    ? { ...describeSequential(model, batchShape), build_config: { input_shape: batchShape } }
    : describeFunctional(model, batchShape);
  const { className, name, settings } = describeOptimizer(model.optimizer);
  return {
    ...described,
    compile_config: {
      optimizer: serialize('keras.optimizers', className, { name, ...settings }),
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

const dtype = serialize('keras', 'DTypePolicy', { name: 'float32' });

function describeInput(name: string, batchShape: readonly (number | null)[]) {
  return serialize('keras.layers', 'InputLayer', {
    batch_shape: batchShape,
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name,
  });
}

function describeKeras3Layer(layer: ExportedLayer) {
  const { class_name, config } = describeIn('keras3', layer);
  return serialize('keras.layers', class_name, { ...config, ...penalty(config), dtype });
}

function describeSequential({ name, layers }: ExportableModel, batchShape: readonly (number | null)[]) {
  return serialize('keras', 'Sequential', {
    name,
    trainable: true,
    dtype,
    layers: [
      describeInput('input_layer', batchShape),
      ...layers.map(({ layer }) => describeKeras3Layer(layer)),
    ],
    build_input_shape: batchShape,
  });
}

function describeFunctional(model: ExportableModel, batchShape: readonly (number | null)[]) {
  const { name, layers } = model;
  const inputName = nameInput(model, 'input_layer');
  const { inputsOf, output } = listKerasCalls(model, inputName);
  const functional = serialize('keras.src.models.functional', 'Functional', {
    name,
    trainable: true,
    layers: [
      { ...describeInput(inputName, batchShape), name: inputName, inbound_nodes: [] },
      ...layers.map(({ layer }, index) => ({
        ...describeKeras3Layer(layer),
        name: layer.config.name,
        inbound_nodes: inputsOf[index]!.map(describeNode),
      })),
    ],
    // Keras 3.0 reads only lists; later versions read these and unpack them.
    input_layers: [[inputName, 0, 0]],
    output_layers: [[output.layer, output.node, 0]],
  });
  return { ...functional, registered_name: 'Functional', build_config: { input_shape: null } };
}

/** A layer with several inputs takes a list of them. */
function describeNode(inputs: readonly CallOutput[]) {
  const tensors = inputs.map(({ layer, node, shape }) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...shape], dtype: 'float32', keras_history: [layer, node, 0] },
  }));
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
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
    const paths = nameGroups(layers.map(({ layer }) => describeIn('keras3', layer).class_name));
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

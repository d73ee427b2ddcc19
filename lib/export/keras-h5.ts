import { describeIn } from '../model/exportable';
import type { ExportableModel } from './exportable-model';
import { addArray, addText, addTexts, writeHdf5 } from './hdf5';
import { listKerasCalls, nameInput } from './keras-calls';
import { describeForKeras2 } from './keras-optimizer';
import { labelsAsText } from './label-metadata';

/** The last version of Keras 2, which defines this layout. */
const kerasVersion = '2.15.0';

/**
 * The whole model as Keras 2 saves it: configuration and optimizer in attributes, one group per layer. Keras 3 and
 * tf_keras read it as well. The state of the optimizer is not in it.
 */
export function writeKerasH5(model: ExportableModel): Promise<Uint8Array> {
  const withWeights = model.layers.filter(({ weights }) => weights.length > 0);
  return writeHdf5((root) => {
    addText(root, 'keras_version', kerasVersion);
    addText(root, 'backend', 'tensorflow');
    addText(root, 'model_config', JSON.stringify(describeModelConfig(model)));
    addText(root, 'training_config', JSON.stringify(describeTraining(model)));
    for (const [name, text] of Object.entries(labelsAsText(model.labels))) addText(root, name, text);
    const all = root.create_group('model_weights');
    addText(all, 'keras_version', kerasVersion);
    addText(all, 'backend', 'tensorflow');
    // Readers skip layers without weights, and HDF5 does not support empty lists as attributes.
    addTexts(
      all,
      'layer_names',
      withWeights.map(({ layer }) => layer.config.name),
    );
    for (const { layer, weights } of withWeights) {
      const { name } = layer.config;
      const group = all.create_group(name);
      addTexts(
        group,
        'weight_names',
        weights.map((weight) => `${name}/${weight.name}:0`),
      );
      const arrays = group.create_group(name);
      for (const weight of weights) addArray(arrays, { ...weight, name: `${weight.name}:0` });
    }
  });
}

function describeModelConfig(model: ExportableModel) {
  const { name, inputShape, layers, isChain } = model;
  const inputName = nameInput(model, 'input_1');
  const input = {
    class_name: 'InputLayer',
    config: {
      batch_input_shape: [null, ...inputShape],
      dtype: 'float32',
      sparse: false,
      ragged: false,
      name: inputName,
    },
  };
  const described = layers.map(({ layer }) => {
    const { class_name, config } = describeIn('keras2', layer);
    return { class_name, config: { ...config, dtype: 'float32' } };
  });
  if (isChain) return { class_name: 'Sequential', config: { name, layers: [input, ...described] } };
  const { inputsOf, output } = listKerasCalls(model, inputName);
  return {
    class_name: 'Functional',
    config: {
      name,
      layers: [
        { ...input, name: inputName, inbound_nodes: [] },
        ...described.map((layer, index) => ({
          ...layer,
          name: layers[index]!.layer.config.name,
          inbound_nodes: inputsOf[index]!.map((inputs) =>
            inputs.map(({ layer: from, node }) => [from, node, 0, {}]),
          ),
        })),
      ],
      input_layers: [[inputName, 0, 0]],
      output_layers: [[output.layer, output.node, 0]],
    },
  };
}

function describeTraining({ optimizer }: ExportableModel) {
  const { className, settings } = describeForKeras2(optimizer);
  return {
    loss: 'sparse_categorical_crossentropy',
    // The full name: Keras 2 interprets "accuracy" in a file as categorical accuracy, and reports wrong values.
    metrics: ['sparse_categorical_accuracy'],
    weighted_metrics: null,
    loss_weights: null,
    optimizer_config: { class_name: className, config: { name: className, ...settings } },
  };
}

import type { ExportableModel } from './exportable-model';
import { addArray, addText, addTexts, writeHdf5 } from './hdf5';

/** The last version of Keras 2, which defines this layout. */
const kerasVersion = '2.15.0';

/**
 * The whole model as Keras 2 saves it: configuration and optimizer in attributes, one group per layer. Keras 3 and
 * tf_keras read it as well. Adam's moments are not in it.
 */
export function writeKerasH5(model: ExportableModel): Promise<Uint8Array> {
  const withWeights = model.layers.filter(({ weights }) => weights.length > 0);
  return writeHdf5((root) => {
    addText(root, 'keras_version', kerasVersion);
    addText(root, 'backend', 'tensorflow');
    addText(root, 'model_config', JSON.stringify(describeModelConfig(model)));
    addText(root, 'training_config', JSON.stringify(describeTraining(model)));
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

function describeModelConfig({ name, inputShape, layers }: ExportableModel) {
  const input = {
    batch_input_shape: [null, ...inputShape],
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name: 'input_1',
  };
  return {
    class_name: 'Sequential',
    config: {
      name,
      layers: [
        { class_name: 'InputLayer', config: input },
        ...layers.map(({ layer }) => ({
          class_name: layer.class_name,
          config: { ...layer.config, dtype: 'float32' },
        })),
      ],
    },
  };
}

function describeTraining({ learningRate }: ExportableModel) {
  return {
    loss: 'sparse_categorical_crossentropy',
    // The full name: Keras 2 interprets "accuracy" in a file as categorical accuracy, and reports wrong values.
    metrics: ['sparse_categorical_accuracy'],
    weighted_metrics: null,
    loss_weights: null,
    optimizer_config: { class_name: 'Adam', config: { name: 'Adam', learning_rate: learningRate } },
  };
}

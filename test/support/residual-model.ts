/**
 * A functional model as Keras 3 describes it: a convolution, a residual block with batch normalization, and a head that
 * gives logits.
 *
 * @param change - of the configuration of a layer, by its name.
 */
export function describeResidual(
  imageShape: readonly (number | null)[],
  classes: number,
  change: Readonly<Record<string, object>> = {},
) {
  const conv = {
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: 'same',
    activation: 'linear',
    use_bias: false,
  };
  const norm = { axis: -1, momentum: 0.99, epsilon: 0.001 };
  const layers = [
    describe('InputLayer', 'images', { batch_shape: [null, ...imageShape] }, []),
    describe('Conv2D', 'stem', { ...conv, filters: 4, activation: 'relu' }, [['images']]),
    describe('Conv2D', 'conv', { ...conv, filters: 4 }, [['stem']]),
    describe('BatchNormalization', 'norm', norm, [['conv']]),
    describe('ReLU', 'relu', {}, [['norm']]),
    describe('Add', 'add', {}, [['stem', 'relu']]),
    describe('GlobalAveragePooling2D', 'pool', {}, [['add']]),
    describe('Dense', 'scores', { units: classes, activation: 'linear' }, [['pool']]),
  ].map((layer) => ({ ...layer, config: { ...layer.config, ...change[layer.name] } }));
  return {
    module: 'keras',
    class_name: 'Functional',
    config: {
      name: 'residual',
      trainable: true,
      layers,
      input_layers: [['images', 0, 0]],
      output_layers: [['scores', 0, 0]],
    },
    registered_name: 'Functional',
  };
}

function describe(className: string, name: string, config: object, calls: readonly (readonly string[])[]) {
  const tensor = (from: string) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null], dtype: 'float32', keras_history: [from, 0, 0] },
  });
  return {
    module: 'keras.layers',
    class_name: className,
    name,
    config: { name, trainable: true, ...config },
    registered_name: null,
    inbound_nodes: calls.map((inputs) => ({
      args: inputs.length === 1 ? inputs.map(tensor) : [inputs.map(tensor)],
      kwargs: {},
    })),
  };
}

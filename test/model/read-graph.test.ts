import { isChain } from '../../lib/model/keras-topology';
import { listGraphWeights } from '../../lib/model/layer-shapes';
import { readGraph } from '../../lib/model/read-graph';

const what = 'The model "given.h5"';
const read = (value: unknown, kerasMajor = 2) => readGraph(value, { what, kerasMajor });
const layer = (class_name: string, config: object = {}, name = class_name.toLowerCase()) => ({
  class_name,
  config: { name, ...config },
});
const dense = (units: number, settings: object = {}, name = `dense_${units}`) =>
  layer('Dense', { units, ...settings }, name);
const input = layer('InputLayer', { batch_input_shape: [null, 4, 4, 1] }, 'images');
const sequential = (...layers: object[]) => ({ class_name: 'Sequential', config: { name: 'given', layers } });
const shapesOf = (graph: ReturnType<typeof read>) =>
  listGraphWeights(graph, what).map((slots) => slots.map(({ shape }) => shape.join('×')));

/** `calls` by name: the layers that a layer is called with, once or several times. */
function functional(
  layers: readonly { readonly config: { readonly name: string } }[],
  calls: Record<string, unknown[]>,
) {
  return {
    class_name: 'Functional',
    config: {
      name: 'given',
      layers: [input, ...layers].map((each) => ({
        ...each,
        name: each.config.name,
        inbound_nodes: calls[each.config.name] ?? [],
      })),
      input_layers: [['images', 0, 0]],
      output_layers: [[layers.at(-1)!.config.name, 0, 0]],
    },
  };
}
const from = (...names: string[]) => names.map((name) => [name, 0, 0, {}]);
const tensor = (name: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] },
});

describe('a chain', () => {
  test('whose configuration is a list of layers, as before Keras 2.2.3', () => {
    const first = layer('Flatten', { batch_input_shape: [null, 28, 28] });
    const graph = read({ class_name: 'Sequential', config: [first, dense(10)] });
    expect(graph).toMatchObject({ name: 'sequential', inputShape: [28, 28] });
    expect(isChain(graph)).toBe(true);
    expect(shapesOf(graph)).toEqual([[], ['784×10', '10']]);
  });

  test.each([
    ['batch_shape with a number', [layer('InputLayer', { batch_shape: [32, 28, 28] }), layer('Flatten')], {}],
    ['batch_input_shape with a number', [layer('Flatten', { batch_input_shape: [32, 28, 28] })], {}],
    ['build_input_shape alone', [layer('Flatten')], { build_input_shape: [null, 28, 28] }],
  ])('with %s', (_, layers, settings) => {
    const model = sequential(...layers);
    expect(read({ ...model, config: { ...model.config, ...settings } }).inputShape).toEqual([28, 28]);
  });

  test('of functional form', () => {
    const graph = read(
      functional([layer('Flatten'), dense(10)], { flatten: [from('images')], dense_10: [from('flatten')] }),
    );
    expect(isChain(graph)).toBe(true);
    expect(graph.inputShape).toEqual([4, 4, 1]);
    expect(shapesOf(graph)).toEqual([[], ['16×10', '10']]);
  });

  test('that flattens a flat input', () => {
    const flat = layer('InputLayer', { batch_shape: [null, 784] });
    expect(shapesOf(read(sequential(flat, layer('Flatten'), dense(10))))).toEqual([[], ['784×10', '10']]);
  });

  test('with constraints, regularizers of any kind, and half precision, which do not change predictions', () => {
    const settings = {
      kernel_regularizer: { class_name: 'OrthogonalRegularizer', config: { factor: 0.01 } },
      bias_regularizer: { class_name: 'L2', config: { l2: 0.1 } },
      activity_regularizer: { class_name: 'L1', config: { l1: 0.1 } },
      kernel_constraint: { class_name: 'MaxNorm', config: { max_value: 2, axis: 0 } },
      bias_constraint: { class_name: 'NonNeg', config: {} },
      dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } },
    };
    expect(read(sequential(input, dense(10, settings))).layers).toEqual([
      {
        class_name: 'Dense',
        config: {
          name: 'dense_10',
          trainable: true,
          units: 10,
          activation: 'linear',
          use_bias: true,
          kernel_regularizer: null,
        },
      },
    ]);
  });
});

describe('an activation', () => {
  const classesOf = (activation: unknown, kerasMajor = 2) =>
    read(sequential(input, dense(10, { activation })), kerasMajor).layers.map(({ class_name, config }) => [
      class_name,
      'activation' in config ? config.activation : config.name,
    ]);

  test.each<[string, unknown, unknown[]]>([
    ['by name', 'relu', [['Dense', 'relu']]],
    ['by another name', 'silu', [['Dense', 'swish']]],
    ['that is absent', null, [['Dense', 'linear']]],
    [
      'that is a function of TensorFlow',
      { module: 'builtins', class_name: 'function', config: 'softmax_v2', registered_name: 'function' },
      [['Dense', 'softmax']],
    ],
    [
      'that is a layer follows its layer',
      { class_name: 'LeakyReLU', config: { name: 'leaky', alpha: 0.1 } },
      [
        ['Dense', 'linear'],
        ['LeakyReLU', 'dense_10_activation'],
      ],
    ],
    [
      'that TensorFlow.js has not, too',
      'exponential',
      [
        ['Dense', 'linear'],
        ['Activation', 'exponential'],
      ],
    ],
  ])('%s', (_, activation, expected) => {
    expect(classesOf(activation)).toEqual(expected);
  });

  test('hard_sigmoid is another function in Keras 3', () => {
    expect(classesOf('hard_sigmoid')).toEqual([['Dense', 'hard_sigmoid']]);
    expect(classesOf('hard_sigmoid', 3)).toEqual([
      ['Dense', 'linear'],
      ['Activation', 'hard_sigmoid_of_keras_3'],
    ]);
  });
});

describe('a branched network', () => {
  const block = [dense(3), layer('Add'), dense(5)];
  const calls = { dense_3: [from('images')], add: [from('dense_3', 'images')], dense_5: [from('add')] };

  test('is the same from Keras 2 and Keras 3', () => {
    const expected = {
      calls: [
        { layer: 0, inputs: [-1] },
        { layer: 1, inputs: [0, -1] },
        { layer: 2, inputs: [1] },
      ],
    };
    const keras2 = read(functional(block, calls));
    const keras3 = read(
      functional(block, {
        dense_3: [{ args: [tensor('images')], kwargs: {} }],
        add: [{ args: [[tensor('dense_3'), tensor('images')]], kwargs: { mask: null } }],
        dense_5: [{ args: [tensor('add')], kwargs: { training: false } }],
      }),
    );
    expect(keras2).toMatchObject(expected);
    expect(keras3).toMatchObject(expected);
    expect(isChain(keras2)).toBe(false);
  });

  test('with a layer that is called twice has its weights once', () => {
    const graph = read(
      functional([layer('Flatten'), dense(16), layer('ReLU')], {
        flatten: [from('images')],
        dense_16: [from('flatten'), from('dense_16')],
        relu: [[['dense_16', 1, 0, {}]]],
      }),
    );
    expect(graph.calls.map((call) => call.layer)).toEqual([0, 1, 1, 2]);
    expect(shapesOf(graph)).toEqual([[], ['16×16', '16'], []]);
  });

  test('with a nested model: its layers are named after it, and its first call counts as the second', () => {
    const inner = {
      ...sequential(input, dense(3)),
      name: 'block',
      config: { ...sequential(dense(3)).config, name: 'block' },
    };
    const graph = read(
      functional([inner, dense(5)], { block: [from('images')], dense_5: [[['block', 1, 0, {}]]] }),
    );
    expect(graph.layers.map(({ config }) => config.name)).toEqual(['block/dense_3', 'dense_5']);
    expect(graph.members).toEqual([
      {
        className: 'Sequential',
        name: 'block',
        trainable: true,
        members: [{ className: 'Dense', name: 'dense_3', trainable: true, layer: 0 }],
      },
      { className: 'Dense', name: 'dense_5', trainable: true, layer: 1 },
    ]);
  });

  test.each<[string, object, RegExp]>([
    [
      'a circle',
      functional(block, { ...calls, dense_3: [from('add')] }),
      /missing or circular connections at the layer/,
    ],
    ['an unknown layer', functional(block, { ...calls, dense_3: [from('gone')] }), /at the layer "gone"/],
    [
      'a layer that is always training',
      functional(block, { ...calls, dense_3: [[['images', 0, 0, { training: true }]]] }),
      /The layer "dense_3" of the model "given\.h5" is called with other arguments than outputs of layers/,
    ],
    [
      'two inputs',
      {
        ...functional(block, calls),
        config: {
          ...functional(block, calls).config,
          input_layers: [
            ['a', 0, 0],
            ['b', 0, 0],
          ],
        },
      },
      /has 2 inputs\. Only models with one input are supported/,
    ],
  ])('with %s is refused', (_, model, message) => {
    expect(() => read(model)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    expect(() => read(model)).toThrow(message);
  });
});

test.each<[string, object, RegExp]>([
  [
    'an operation of TensorFlow',
    layer('TFOpLambda', { function: 'math.truediv' }, 'tf.math.truediv'),
    /The layer "tf\.math\.truediv" .* has the class "TFOpLambda", which cannot be converted/,
  ],
  [
    'groups',
    layer('Conv2D', { filters: 2, kernel_size: [1, 1], groups: 2 }),
    /"groups": only convolutions of one group/,
  ],
  [
    'padding that would fill the memory',
    layer('ZeroPadding2D', {
      padding: [
        [4096, 4096],
        [4096, 4096],
      ],
    }),
    /its output would be 8196×8196×1, more than 4194304 values/,
  ],
])('%s: refused', (_, odd, message) => {
  expect(() => listGraphWeights(read(sequential(input, odd)), what)).toThrow(message);
});

test('deeply nested models are refused', () => {
  let model: object = sequential(input, dense(3));
  for (let depth = 0; depth < 10; depth += 1) model = sequential(input, model);
  expect(() => read(model)).toThrow(/nested models, more than 8 levels deep/);
});

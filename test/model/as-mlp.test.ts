import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { asMlp } from '../../lib/model/as-mlp';
import { readGraph } from '../../lib/model/read-graph';

const layer = (class_name: string, config: object = {}) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
});
const flatten = layer('Flatten', { batch_input_shape: [null, 4, 4] });
const dense = (name: string, config: object = {}) => layer('Dense', { name, units: 3, ...config });
const widthsOf = (...layers: object[]) =>
  asMlp(
    readGraph({ class_name: 'Sequential', config: { name: 'given', layers } }, { what: 'It', kerasMajor: 3 }),
  );

test.each([[[1024, 512]], [[7]], [[]]])('the widths of a perceptron with the hidden layers %j', (hidden) => {
  const config = { hidden, dropout: 0.1, l2: 0.01, classes: 3 };
  expect(asMlp(describeMlp(config, [4, 4]))).toEqual({ hidden, classes: 3 });
});

test.each([
  ['activations as layers', [flatten, dense('a'), layer('ReLU'), dense('b'), layer('Softmax')]],
  ['logits', [flatten, layer('Dropout', { rate: 0.5 }), dense('a', { activation: 'relu' }), dense('b')]],
])('a perceptron with %s has the same weights', (_, layers) => {
  expect(widthsOf(...layers)).toEqual({ hidden: [3], classes: 3 });
});

test.each([
  ['another activation', [flatten, dense('a', { activation: 'tanh' }), dense('b')]],
  ['a layer without bias', [flatten, dense('a', { activation: 'relu', use_bias: false }), dense('b')]],
  ['a frozen layer', [flatten, dense('a', { activation: 'relu', trainable: false }), dense('b')]],
  ['a limited relu', [flatten, dense('a'), layer('ReLU', { max_value: 6 }), dense('b')]],
  ['a sigmoid at the end', [flatten, dense('a', { activation: 'sigmoid' })]],
  ['normalization', [flatten, layer('BatchNormalization', { epsilon: 0.1 }), dense('a')]],
  ['no layer with weights', [flatten]],
])('a network with %s is no perceptron of this pipeline', (_, layers) => {
  expect(widthsOf(...layers)).toBeUndefined();
});

test('a convolutional network is none', () => {
  expect(asMlp(describeCnn({ filters: [2], dropout: 0, l2: 0, classes: 3 }, [4, 4]))).toBeUndefined();
});

import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, sequential } from '@tensorflow/tfjs-layers';
import { buildLayer } from '../../../lib/model/build-layer';
import { readLayer } from '../../../lib/model/keras-layers';
import type { RandomMasks } from '../../../lib/model/layers/dropout';
import { useWasmBackend } from '../../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const inputShape = [3, 4, 2];

function build(className: string, settings: object): LayersModel {
  const layer = readLayer(className, { name: 'drop', ...settings }, 'The model');
  return sequential({ layers: [buildLayer(layer, inputShape)] });
}

/** Drops every second value of a mask. */
class AlternatingMasks implements RandomMasks {
  readonly drawn: { shape: readonly number[]; rate: number }[] = [];

  draw(shape: readonly number[], rate: number): tf.Tensor {
    this.drawn.push({ shape, rate });
    const count = shape.reduce((product, size) => product * size, 1);
    return tf.tensor(
      Float32Array.from({ length: count }, (_, index) => (index % 2) / (1 - rate)),
      [...shape],
    );
  }
}

const images = () => tf.ones([5, ...inputShape]);
const apply = (model: LayersModel, settings: object) => model.apply(images(), settings) as tf.Tensor;

test.each<[string, object, number[]]>([
  ['Dropout', {}, [5, 3, 4, 2]],
  ['Dropout', { noise_shape: [null, 1, 1, null] }, [5, 1, 1, 2]],
  ['Dropout', { noise_shape: [null, 3, 1, 1] }, [5, 3, 1, 1]],
  ['SpatialDropout2D', {}, [5, 1, 1, 2]],
])('%s with %j is multiplied by a mask of the shape %j in training', (className, settings, shape) => {
  const before = tf.memory().numTensors;
  const model = build(className, { rate: 0.2, ...settings });
  const masks = new AlternatingMasks();
  const result = tf.tidy(() => apply(model, { training: true, masks }).dataSync());
  expect(masks.drawn).toEqual([{ shape, rate: 0.2 }]);
  const expected = tf.tidy(() => tf.mul(images(), new AlternatingMasks().draw(shape, 0.2)).dataSync());
  expect(result).toEqual(expected);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test.each(['Dropout', 'SpatialDropout2D'])('%s passes its input on without training', (className) => {
  const model = build(className, { rate: 0.5 });
  const masks = new AlternatingMasks();
  expect(tf.tidy(() => apply(model, { masks }).dataSync())).toEqual(new Float32Array(120).fill(1));
  expect(masks.drawn).toEqual([]);
});

test('a rate of 0 draws nothing', () => {
  const model = build('Dropout', { rate: 0 });
  const masks = new AlternatingMasks();
  tf.tidy(() => apply(model, { training: true, masks }));
  expect(masks.drawn).toEqual([]);
});

test('training without masks is an error, since the mask would be repeated', () => {
  const model = build('Dropout', { rate: 0.5 });
  expect(() => tf.tidy(() => apply(model, { training: true }))).toThrow(/"drop" is trained without masks/);
});

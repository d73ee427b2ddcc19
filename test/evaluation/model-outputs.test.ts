import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import {
  describeOutputs,
  meanCrossEntropyOfLogits,
  toProbabilities,
} from '../../lib/evaluation/model-outputs';
import type { TfjsLayer } from '../../lib/model/layers/layer-kind';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const build = (...last: TfjsLayer[]): LayersModel =>
  sequential({ layers: [layers.flatten({ inputShape: [2, 2] }), ...last] });
const dense = (activation: 'linear' | 'softmax' | 'sigmoid' | 'relu', units = 3) =>
  layers.dense({ units, activation });

test.each<[string, TfjsLayer[], object]>([
  ['softmax', [dense('softmax')], { kind: 'probabilities', width: 3, classes: 3 }],
  ['a softmax layer', [dense('linear'), layers.softmax({ axis: -1 })], { kind: 'probabilities' }],
  [
    'softmax and a layer that passes it on',
    [dense('softmax'), layers.activation({ activation: 'linear' })],
    { kind: 'probabilities' },
  ],
  ['sigmoid', [dense('sigmoid')], { kind: 'scores' }],
  ['no activation', [dense('linear')], { kind: 'logits' }],
  ['relu', [dense('relu')], { kind: 'logits' }],
  ['one score', [dense('sigmoid', 1)], { kind: 'scores', width: 1, classes: 2 }],
])('outputs of %s', (_, last, expected) => {
  const model = build(...last);
  expect(describeOutputs(model, 'The model')).toMatchObject(expected);
  model.dispose();
});

test('outputs that are images are refused', () => {
  const model = build(layers.reshape({ targetShape: [2, 2] }));
  expect(() => describeOutputs(model, 'The model "a.h5"')).toThrow(
    /The model "a\.h5" has an output of 2×2 per image\. Only classifiers can be evaluated/,
  );
  model.dispose();
});

const three = { width: 3, classes: 3 } as const;
const one = { width: 1, classes: 2 } as const;
const round = (values: Iterable<number>) => Array.from(values, (value) => Number(value.toFixed(4)));

test('logits become the probabilities of a softmax, also where powers of e would overflow', () => {
  const logits = Float32Array.of(1, 2, 3, 1000, 1001, 1002);
  const softmax = [0.09, 0.2447, 0.6652];
  expect(round(toProbabilities(logits, { kind: 'logits', ...three }))).toEqual([...softmax, ...softmax]);
  const loss = meanCrossEntropyOfLogits(Uint8Array.of(2, 0), logits, { kind: 'logits', ...three });
  expect(loss).toBeCloseTo((-Math.log(0.66524) - Math.log(0.09003)) / 2, 4);
});

test('the loss of logits is not clipped, like in Keras', () => {
  const logits = Float32Array.of(0, 100, 0);
  expect(meanCrossEntropyOfLogits(Uint8Array.of(0), logits, { kind: 'logits', ...three })).toBeCloseTo(
    100,
    3,
  );
});

test('scores are normalized', () => {
  const scores = Float32Array.of(0.5, 0.25, 0.25, 0, 0, 0);
  expect(round(toProbabilities(scores, { kind: 'scores', ...three }))).toEqual([
    0.5, 0.25, 0.25, 0.3333, 0.3333, 0.3333,
  ]);
});

test('one output is the second of two classes', () => {
  expect(round(toProbabilities(Float32Array.of(0.9, 0.2), { kind: 'scores', ...one }))).toEqual([
    0.1, 0.9, 0.8, 0.2,
  ]);
  const logit = Float32Array.of(Math.log(9));
  expect(round(toProbabilities(logit, { kind: 'logits', ...one }))).toEqual([0.1, 0.9]);
  expect(meanCrossEntropyOfLogits(Uint8Array.of(1), logit, { kind: 'logits', ...one })).toBeCloseTo(
    -Math.log(0.9),
    4,
  );
});

import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { readGraph } from '../../lib/model/read-graph';
import { sha256Hex } from '../../lib/store/sha256';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { drawWeights } from '../../lib/training/draw-weights';

beforeAll(useWasmBackend);

function drawByName(model: LayersModel, seed = 1): Record<string, Float32Array> {
  const values = drawWeights(model, seed);
  const named = model.weights.map(({ originalName }, index) => [originalName, values[index]!] as const);
  model.dispose();
  return Object.fromEntries(named);
}

/** Recorded when the perceptron was the only network. */
test.each([
  [[7, 5], 3, [4, 4], 3, '57a8889c76b77205a30c112e63ed6ec61fcfd111f2dc117d80393beaea11db7e'],
  [[1024, 512, 256], 10, [28, 28], 1, '6d873a71bbed3f093bb454e52b68869d626f9e872b7d923898ddfd27aab01bd3'],
] as const)(
  'a perceptron of %j gets the bytes that it always had',
  (hidden, classes, imageShape, seed, sha256) => {
    const config = { hidden: [...hidden], dropout: 0.1, l2: 0, classes };
    const model = assemble(describeMlp(config, imageShape), 'It');
    const bytes = drawWeights(model, seed).map((values) => new Uint8Array(values.buffer));
    model.dispose();
    expect(sha256Hex(Buffer.concat(bytes))).toBe(sha256);
  },
);

test('kernels lie within the limit of their window, scales and variances are one, the others zero', () => {
  const config = { filters: [4], dropout: 0, l2: 0, classes: 3 };
  const drawn = drawByName(assemble(describeCnn(config, [4, 4]), 'It'));
  for (const [name, values] of Object.entries(drawn)) {
    if (name.endsWith('kernel')) continue;
    expect(new Set(values)).toEqual(new Set([/gamma|variance/.test(name) ? 1 : 0]));
  }
  const limit = Math.sqrt(6 / (9 * (1 + 4)));
  const largest = Math.max(...drawn['conv_1_1/kernel']!.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(limit);
  expect(largest).toBeGreaterThan(0.8 * limit);
  expect(drawn['conv_1_2/kernel']!.slice(0, 36)).not.toEqual(drawn['conv_1_1/kernel']);
});

test('both kernels of a separable convolution are drawn, differently', () => {
  const separable = {
    class_name: 'SeparableConv2D',
    config: { name: 'both', filters: 1, kernel_size: [1, 1], batch_input_shape: [null, 4, 4, 1] },
  };
  const value = { class_name: 'Sequential', config: { name: 'given', layers: [separable] } };
  const drawn = drawByName(assemble(readGraph(value, { what: 'It', kerasMajor: 3 }), 'It'));
  const [depthwise, pointwise, bias] = Object.values(drawn);
  expect([depthwise, pointwise, bias].map((values) => values!.length)).toEqual([1, 1, 1]);
  expect(depthwise).not.toEqual(pointwise);
  expect(bias).toEqual(new Float32Array(1));
});

test('Glorot: the variance is 2 / (inputs + outputs), the limit √(6 / (inputs + outputs))', () => {
  const config = { hidden: [], dropout: 0, l2: 0, classes: 100 };
  const [kernel] = Object.values(drawByName(assemble(describeMlp(config, [15, 20]), 'It')));
  const values = [...kernel!];
  const limit = Math.sqrt(6 / 400);
  expect(values).toHaveLength(30_000);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(0, 2);
  expect(variance / (2 / 400)).toBeCloseTo(1, 1);
});

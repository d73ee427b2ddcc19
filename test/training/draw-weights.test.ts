import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { readGraph } from '../../lib/model/read-graph';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { drawWeights } from '../../lib/training/draw-weights';
import { initialWeights, mlpLayersOf } from '../../lib/training/mlp-layers';

beforeAll(useWasmBackend);

function drawByName(model: LayersModel, seed = 1): Record<string, Float32Array> {
  const values = drawWeights(model, seed);
  const named = model.weights.map(({ originalName }, index) => [originalName, values[index]!] as const);
  model.dispose();
  return Object.fromEntries(named);
}

test('the perceptron gets the bytes that it always had', () => {
  const config = { hidden: [7, 5], dropout: 0.1, l2: 0, classes: 3 };
  const model = assemble(describeMlp(config, [4, 4]), 'It');
  const expected = initialWeights(mlpLayersOf(config, [4, 4]), 3);
  expect(drawWeights(model, 3)).toEqual(expected.flatMap(({ kernel, bias }) => [kernel, bias]));
  model.dispose();
});

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

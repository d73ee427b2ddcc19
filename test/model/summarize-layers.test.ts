import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { countTrained, summarizeLayers } from '../../lib/model/summarize-layers';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

test('a chain of layers: shapes without the batch, and moving statistics are not trained', () => {
  const network = sequential({
    layers: [
      layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, inputShape: [6, 5, 1], useBias: false }),
      layers.batchNormalization({ name: 'norm' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ name: 'out', units: 3, trainable: false }),
    ],
  });
  const summary = summarizeLayers(network);
  expect(summary).toEqual([
    { name: 'conv', className: 'Conv2D', outputShapes: [[4, 3, 2]], parameterCount: 18, trainedCount: 18 },
    {
      name: 'norm',
      className: 'BatchNormalization',
      outputShapes: [[4, 3, 2]],
      parameterCount: 8,
      trainedCount: 4,
    },
    { name: 'flat', className: 'Flatten', outputShapes: [[24]], parameterCount: 0, trainedCount: 0 },
    { name: 'out', className: 'Dense', outputShapes: [[3]], parameterCount: 75, trainedCount: 0 },
  ]);
  expect(countTrained(summary)).toBe(22);
  network.dispose();
});

test('a layer that is used on inputs of two shapes has two output shapes, one that repeats a shape has one', () => {
  const images = input({ shape: [8, 8, 1], name: 'images' });
  const pool = layers.maxPooling2d({ name: 'pool', poolSize: 2 });
  const relu = layers.reLU({ name: 'relu' });
  const once = pool.apply(relu.apply(relu.apply(images)));
  const network = model({ inputs: images, outputs: pool.apply(once) as typeof images });
  const shapes = Object.fromEntries(
    summarizeLayers(network).map((layer) => [layer.name, layer.outputShapes]),
  );
  expect(shapes).toEqual({
    images: [[8, 8, 1]],
    relu: [[8, 8, 1]],
    pool: [
      [4, 4, 1],
      [2, 2, 1],
    ],
  });
  network.dispose();
});

import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { predictAll } from '../../lib/evaluation/predict-all';
import { describeModel } from '../../lib/export/exportable-model';
import { modelFormats } from '../../lib/export/model-formats';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam, makePixels, randomizeWeights, sampleModels } from '../support/sample-models';

beforeAll(useWasmBackend);

const imageShape = [6, 6] as const;
const source = { pixels: makePixels(20, imageShape), count: 20, imageShape };
const predict = (model: LayersModel) => predictAll(model, source, 3);
const models = Object.entries(sampleModels);

describe.each(models)('%s', (_, build) => {
  test.each(modelFormats)('equal weights give the same $fileName at any time', async ({ write }) => {
    const files: Uint8Array[] = [];
    for (const now of ['2026-01-01', '2031-12-31']) {
      jest.useFakeTimers({ now: new Date(now), doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
      const model = build();
      randomizeWeights(model);
      files.push(await write(await describeModel(model, adam)));
      model.dispose();
      jest.useRealTimers();
    }
    expect(Buffer.compare(files[0]!, files[1]!)).toBe(0);
    expect(files[0]!.length).toBeGreaterThan(300);
  });

  test.each(['model.h5', 'model.keras'])('is restored from %s completely', async (fileName) => {
    const before = tf.memory().numTensors;
    const model = build();
    randomizeWeights(model);
    const expected = await predict(model);
    const exported = await describeModel(model, adam);
    model.dispose();
    const { write } = modelFormats.find((format) => format.fileName === fileName)!;
    const read = await readKerasModel(await write(exported), 'The model');
    expect(await describeModel(read, adam)).toEqual(exported);
    expect(await predict(read)).toEqual(expected);
    read.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

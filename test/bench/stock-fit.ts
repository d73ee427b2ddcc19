import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  io,
  setBackend,
  tensor1d,
  tensor3d,
  version_core as tfjsVersion,
  train,
} from '@tensorflow/tfjs-core';
import { nodeFileSystemRouter } from '@tensorflow/tfjs-node/dist/io/file_system';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { normalizePixels } from '../../lib/dataset/pixels';
import { buildMlp } from '../../lib/model/architectures';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';
import { readMnist } from './mnist-images';

/** The default configuration with TensorFlow.js' `model.fit`. Usage: stock-fit.ts IDX_FOLDER EPOCHS MODEL_FOLDER */
async function main([folder, epochs, modelFolder]: readonly string[]): Promise<void> {
  loadNativeBackend();
  await setBackend('tensorflow');
  io.registerSaveRouter(nodeFileSystemRouter);
  const toTensors = (split: 'train' | 't10k') => {
    const { pixels, labels, count, imageShape } = readMnist(folder!, split);
    return [
      tensor3d(normalizePixels(pixels), [count, ...imageShape]),
      tensor1d(Float32Array.from(labels)),
    ] as const;
  };
  const [images, labels] = toTensors('train');
  const model = buildMlp(runConfigSchema.parse({}), [28, 28]);
  model.compile({ optimizer: train.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  let startedAt = 0;
  await model.fit(images, labels, {
    epochs: Number(epochs),
    batchSize: 512,
    verbose: 0,
    validationData: [...toTensors('t10k')],
    callbacks: {
      onEpochBegin: async () => {
        startedAt = Date.now();
      },
      onEpochEnd: async (_, logs) => {
        console.log(
          JSON.stringify({ seconds: (Date.now() - startedAt) / 1000, accuracy: logs?.['val_acc'] }),
        );
      },
    },
  });
  await model.save(pathToFileURL(join(modelFolder!)).href);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ wholeSeconds: process.uptime(), peakBytes, version: tfjsVersion }));
}

void main(process.argv.slice(2));

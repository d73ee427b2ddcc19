import { pathToFileURL } from 'node:url';
import { io, setBackend, tensor, tensor1d, version_core as tfjsVersion, train } from '@tensorflow/tfjs-core';
import { nodeFileSystemRouter } from '@tensorflow/tfjs-node/dist/io/file_system';
import { normalizePixels } from '../../lib/dataset/pixels';
import { assemble } from '../../lib/model/assemble';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';
import { readJob } from './job';
import { readMnist } from './mnist-images';
import { networks } from './networks';

/** The default configuration with TensorFlow.js' `model.fit`. Usage: stock-fit.ts JOB_FILE */
async function main(jobFile: string): Promise<void> {
  const job = readJob(jobFile);
  loadNativeBackend();
  await setBackend('tensorflow');
  io.registerSaveRouter(nodeFileSystemRouter);
  const toTensors = (split: 'train' | 't10k', taken: number) => {
    const { pixels, labels, count, imageShape } = readMnist(job.idxFolder, split, taken);
    return [
      tensor(normalizePixels(pixels), [count, ...imageShape]),
      tensor1d(Float32Array.from(labels)),
    ] as const;
  };
  const [images, labels] = toTensors('train', job.trainCount);
  const model = assemble(networks[job.network].graph, 'The network');
  model.compile({ optimizer: train.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  let startedAt = 0;
  await model.fit(images, labels, {
    epochs: job.epochs,
    batchSize: job.batchSize,
    verbose: 0,
    validationData: [...toTensors('t10k', job.testCount)],
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
  await model.save(pathToFileURL(job.modelFile).href);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ wholeSeconds: process.uptime(), peakBytes, version: tfjsVersion }));
}

void main(process.argv[2]!);

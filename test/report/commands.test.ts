import { runConfigSchema } from '../../lib/contracts/run-config';
import { suggestNext, trainCommand } from '../../lib/report/commands';
import { makeEpochs } from '../support/report-factory';

const configOf = (config: object) => runConfigSchema.parse(config);

test.each([
  [{}, ''],
  [{ epochs: 3, hidden: [512], batchSize: 64 }, ' --epochs 3 --batch-size 64 --hidden 512'],
  [{ hidden: [] }, " --hidden ''"],
  [{ dataset: './my digits' }, " --dataset './my digits'"],
  [{ dataset: "it's" }, " --dataset 'it'\\''s'"],
  [{ initialWeightsSha256: 'a'.repeat(64) }, ''],
  [{ model: 'cnn', modelName: 'mnist-cnn' }, ' --model cnn'],
  [{ model: 'cnn' }, ' --model cnn --model-name mnist-mlp'],
  [{ optimizer: 'sgd', nesterov: true }, ' --optimizer sgd --nesterov'],
])('%j', (config, flags) => {
  expect(trainCommand(configOf(config))).toBe(`npx mnist-pipeline train${flags}`);
});

const falling = makeEpochs(4);
const rising = falling.map((epoch) => (epoch.epoch === 4 ? { ...epoch, val_loss: 1 } : epoch));

test.each([
  ['still falling', falling, {}, 'The validation loss was still falling: train longer', '--epochs 8'],
  ['rising', rising, {}, 'lowest after epoch 3: decay the learning rate', '--epochs 4 --schedule cosine'],
  [
    'rising under a schedule',
    rising,
    { schedule: 'cosine' },
    'increase dropout',
    '--dropout 0.2 --schedule cosine',
  ],
  [
    'rising, with dropout rates that a file determines',
    rising,
    { schedule: 'cosine', model: 'a'.repeat(64) },
    'shift the training images',
    '--schedule cosine --shift-pixels 1',
  ],
])('a validation loss that is %s', (_, epochs, config, why, flags) => {
  const [, next] = suggestNext({
    runId: 'a',
    classNames: ['0', '1'],
    isCentered: true,
    config: configOf({ epochs: 4, ...config }),
    epochs,
  });
  expect(next!.why).toContain(why);
  expect(next!.command).toContain(flags);
});

test.each([
  ['centered digits', true, ['0', '1'], 'Draw a digit and see'],
  ['other drawings', true, ['a', 'b'], 'Draw something and see'],
  ['images', false, ['cat', 'dog'], 'Choose an image and see'],
] as const)('%s are tried on the try-it page', (_, isCentered, classNames, why) => {
  const config = configOf({ epochs: 4 });
  const [first] = suggestNext({ runId: 'a', classNames, isCentered, config, epochs: falling });
  expect(first).toMatchObject({ path: 'try-it.html', why: expect.stringContaining(why) });
});

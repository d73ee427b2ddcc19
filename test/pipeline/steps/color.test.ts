import { join } from 'node:path';
import { type DecodedPng, decode } from 'fast-png';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { metricsSchema } from '../../../lib/contracts/results';
import { type TryItExamples, tryItExamplesSchema } from '../../../lib/contracts/try-it-examples';
import { loadModel } from '../../../lib/model/model-files';
import { evaluate } from '../../../lib/pipeline/steps/evaluate';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareColorRun } from '../../support/prepare-color-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();
const readText = async (store: MemoryStore, key: string) => new TextDecoder().decode(await store.get(key));

function picturesOf(page: string): DecodedPng[] {
  const urls = [...page.matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)];
  return urls.map(([, base64]) => decode(Buffer.from(base64!, 'base64')));
}

test.each([
  ['mlp', { model: 'mlp', hidden: [16], shiftPixels: 0 }],
  ['cnn', { model: 'cnn', filters: [8], shiftPixels: 1, elasticPixels: 1 }],
])('the network %s trains on color images, and every file shows them in color', async (_, settings) => {
  const store = new MemoryStore();
  const { colors, ...pointers } = await prepareColorRun(store, 'run', join(folder, 'colors'), {
    ...settings,
    epochs: 6,
    batchSize: 10,
  });
  const context = createStepContext(store);
  const { seconds } = await train({ runId: 'run', ...pointers }, context);
  await evaluate({ runId: 'run', ...pointers, phases: [{ name: 'train', seconds }] }, context);

  const { accuracy } = await getJson(store, objectKeys.metrics('run'), metricsSchema);
  expect(accuracy).toBeGreaterThan(0.9);
  const model = await loadModel(store, 'run');
  expect(model.inputs[0]!.shape).toEqual([null, 8, 8, 3]);
  model.dispose();

  const card = await readText(store, objectKeys.modelCard('run'));
  expect(card).toContain('test images of 8×8 pixels in color.');
  expect(card).toContain(
    'Input: float32 `[batch, 8, 8, 3]`, red, green and blue divided by 255, so in [0, 1].',
  );
  expect(card).toContain('np.zeros((1, 8, 8, 3), "float32")');

  const examples: TryItExamples = await getJson(store, objectKeys.tryItExamples('run'), tryItExamplesSchema);
  expect(examples.imageShape).toEqual([8, 8, 3]);
  expect(Buffer.from(examples.images[1]!.pixels, 'base64')).toEqual(
    Buffer.from(colors.test.pixels.subarray(192, 384)),
  );

  const report = await readText(store, objectKeys.report('run'));
  expect(report).toContain('test images of 8×8 pixels in color.');
  const pictures = picturesOf(report);
  const images = pictures.filter(({ width, height }) => width === 8 && height === 8);
  expect(images.length).toBeGreaterThanOrEqual(10);
  expect(new Set(pictures.filter(({ width }) => width % 8 === 0).map(({ channels }) => channels))).toEqual(
    new Set([3]),
  );
  const first = Array.from(colors.test.pixels.subarray(0, 192));
  expect(images.map(({ data }) => Array.from(data))).toContainEqual(first);
  if (settings.shiftPixels === 0) return;
  const sheet = decode(await store.get(objectKeys.augmentedExamples('run')));
  expect(sheet).toMatchObject({ width: 80, height: 48, channels: 3 });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { indexNames } from '../../lib/contracts/class-names';
import { objectKeys } from '../../lib/contracts/object-keys';
import { inMemory } from '../../lib/dataset/image-source';
import { saveModel } from '../../lib/model/model-files';
import { attachLabels } from '../../lib/model/model-labels';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { savePage } from '../../lib/try-it/save-page';
import { buildMlp } from '../support/perceptron';
import { makePixels } from '../support/report-factory';
import { randomizeWeights } from '../support/sample-models';
import { useScratchFolder } from '../support/scratch-folder';
import { overflowOf, useChromium } from './chromium';

const folder = useScratchFolder();
const chromium = useChromium();

beforeAll(useWasmBackend);

/** The page of a model with random weights, where the first example is chosen. */
async function openNamedPage(classNames: readonly string[], width: number) {
  const store = new MemoryStore();
  const model = buildMlp({ hidden: [4], dropout: 0, l2: 0, classes: classNames.length }, [28, 28]);
  randomizeWeights(model);
  const preparation = { isCentered: true, isInverted: false };
  attachLabels(model, { classNames, white: 255, preparation });
  await saveModel(store, 'run', model);
  model.dispose();
  const images = { pixels: makePixels(3), labels: Uint8Array.of(1), count: 1, imageShape: [28, 28] as const };
  await savePage(store, 'run', inMemory(images), [0, 1]);
  const path = join(folder, 'try-it.html');
  writeFileSync(path, await store.get(objectKeys.tryItPage('run')));
  const { page } = await chromium.open(pathToFileURL(path).href, { viewport: { width, height: 900 } });
  await page.getByText('Ready').waitFor();
  await page.locator('#example-list button').click();
  await page.getByText('confident').waitFor();
  return page;
}

const hostile = ['<b>bold</b> '.repeat(15).trim(), 'W'.repeat(200), 'שלום '.repeat(40).trim()];

test.each([390, 1280])('names of 200 characters are text, and fit into %d pixels', async (width) => {
  const page = await openNamedPage(hostile, width);
  expect(await page.locator('#probabilities .class').allTextContents()).toEqual(hostile);
  expect(await page.locator('#probabilities b, #answer b').count()).toBe(0);
  expect(await page.locator('#example-list button').getAttribute('aria-label')).toMatch(/label W{39}…$/);
  expect(await overflowOf(page)).toBe(0);
});

test('of 100 classes, the 16 most probable ones have a bar, the first of them the answer', async () => {
  const page = await openNamedPage(
    indexNames(100).map((index) => `class ${index}`),
    390,
  );
  const bars = page.locator('#probabilities li');
  expect(await bars.count()).toBe(17);
  expect(await bars.last().textContent()).toBe('and 84 classes that are less probable');
  const [first] = await page.locator('#probabilities .class').allTextContents();
  expect(await page.locator('#answer').textContent()).toContain(first);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { decodeImage } from '../../lib/image/decode-image';
import { classifyImage } from '../../lib/inference/classify-image';
import { openRunModel } from '../../lib/inference/open-model';
import { train } from '../../lib/pipeline/steps/train';
import { encodePng } from '../../lib/report/byte-image';
import { formatPercent } from '../../lib/report/format-values';
import { DirectoryStore } from '../../lib/store/directory-store';
import { prepareColorRun } from '../support/prepare-color-run';
import { createStepContext } from '../support/prepare-dataset';
import { makePixels } from '../support/sample-models';
import { useScratchFolder } from '../support/scratch-folder';
import {
  findAccessibilityViolations,
  overflowOf,
  pageVariants,
  saveScreenshot,
  useChromium,
} from './chromium';

const folder = useScratchFolder();
const store = new DirectoryStore(join(folder, 'artifacts'));
const chromium = useChromium();
const photo = join(folder, 'photo.png');
let testImages: { readonly pixels: Uint8Array };

beforeAll(async () => {
  const { colors, ...pointers } = await prepareColorRun(store, 'color', join(folder, 'colors'), {
    model: 'cnn',
    filters: [8],
    epochs: 6,
    batchSize: 10,
  });
  await train({ runId: 'color', ...pointers }, createStepContext(store));
  testImages = colors.test;
  writeFileSync(photo, encodePng({ pixels: makePixels(1, [30, 45, 3]), shape: [30, 45, 3] }));
});

async function openPage(options = {}) {
  const url = pathToFileURL(join(folder, 'artifacts/runs/color/try-it.html')).href;
  const opened = await chromium.open(url, options);
  await opened.page.getByText('Ready').waitFor();
  return opened;
}

const waitForExplanation = (page: Page) => page.locator('#seen-key').waitFor({ state: 'visible' });
const percentagesOf = (page: Page) => page.locator('#probabilities .number').allTextContents();

/** What `predict` answers for an image. */
async function predict(path: string, isRaw: boolean): Promise<string[]> {
  const model = await openRunModel(store, 'color');
  const image = await decodeImage(readFileSync(path), path);
  const { probabilities } = await classifyImage(model, image, {
    ...{ fileName: path, isInverted: undefined, isRaw },
  });
  model.dispose();
  return probabilities.map((each) => formatPercent(each, 1));
}

describe.each(pageVariants)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('no console message, request, overflow or accessibility violation', async () => {
    const { page, consoleMessages, origins } = await openPage({
      viewport: { width, height: 900 },
      colorScheme,
    });
    await saveScreenshot(page, `try-image-empty-${width}-${colorScheme}`);
    await page.locator('#file').setInputFiles(photo);
    await waitForExplanation(page);
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    expect(await overflowOf(page)).toBe(0);
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, `try-image-${width}-${colorScheme}`);
    await page.close();
  });
});

test('an image of any size has the probabilities that predict gives it', async () => {
  const { page } = await openPage();
  await page.locator('#file').setInputFiles(photo);
  await waitForExplanation(page);
  expect(await percentagesOf(page)).toEqual(await predict(photo, false));
  await page.close();
});

test('a test image is the input itself', async () => {
  const example = join(folder, 'example.png');
  writeFileSync(example, encodePng({ pixels: testImages.pixels.slice(192, 384), shape: [8, 8, 3] }));
  const { page } = await openPage();
  await page.keyboard.press('1');
  await waitForExplanation(page);
  expect(await percentagesOf(page)).toEqual(await predict(example, true));
  await page.keyboard.press('Escape');
  await page.getByText('choose an image', { exact: true }).waitFor();
  await page.close();
});

test('a file that is no image gets a sentence', async () => {
  const { page } = await openPage();
  await page
    .locator('#file')
    .setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('hello') });
  await page.getByText('notes.png is no image that this browser can read.').waitFor();
  await page.locator('#file').setInputFiles(photo);
  await waitForExplanation(page);
  expect(await page.locator('#trouble').textContent()).toBe('');
  await page.close();
});

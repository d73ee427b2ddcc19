import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderReportPage } from '../../lib/report/report-page';
import { makeReportData } from '../support/report-factory';
import { useScratchFolder } from '../support/scratch-folder';
import {
  findAccessibilityViolations,
  overflowOf,
  pageVariants,
  saveScreenshot,
  useChromium,
} from './chromium';

const folder = useScratchFolder();
const chromium = useChromium();
const data = makeReportData();
const address = pathToFileURL(join(folder, 'report.html')).href;
beforeAll(() => writeFile(join(folder, 'report.html'), renderReportPage(data)));

const openReport = (options = {}) => chromium.open(address, options);

describe.each(pageVariants)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('no console message, request, overflow or accessibility violation', async () => {
    const { page, consoleMessages, origins } = await openReport({
      viewport: { width, height: 900 },
      colorScheme,
    });
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    expect(await overflowOf(page)).toBe(0);
    const images = '[...document.images].filter((image) => !image.hidden)';
    expect(await page.evaluate(`${images}.filter((image) => image.naturalWidth !== 28).length`)).toBe(0);
    expect(await page.evaluate(`${images}.filter((image) => image.width !== image.height).length`)).toBe(0);
    expect(await page.locator('.digits.first li').count()).toBe(10);
    for (const heading of ['Learning curves', 'Confusion matrix', 'Worst mistakes', 'Files of this run'])
      expect(await page.getByRole('heading', { name: heading }).isVisible()).toBe(true);
    await page.locator('table.confusion td.miss button').first().click();
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, `report-${width}-${colorScheme}`);
    await page.close();
  });
});

test('the background follows the color scheme', async () => {
  const backgroundOf = async (colorScheme: 'light' | 'dark') => {
    const { page } = await openReport({ colorScheme });
    const color = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.close();
    return color;
  };
  expect(await backgroundOf('light')).toBe('rgb(246, 247, 249)');
  expect(await backgroundOf('dark')).toBe('rgb(18, 21, 26)');
});

describe('the curves', () => {
  const valuesOf = (epoch: number) => {
    const { acc, val_acc } = data.epochs[epoch - 1]!;
    return `Epoch ${epoch}training acc ${acc.toFixed(4)}validation acc ${val_acc.toFixed(4)}`;
  };

  test('show the values of the epoch under the pointer', async () => {
    const { page } = await openReport();
    const chart = page.getByRole('slider', { name: /accuracy/ });
    const readout = chart.locator('.readout');
    expect(await readout.textContent()).toBe(valuesOf(10));
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.locator('svg').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.16, box.y + box.height / 2);
    expect(await readout.textContent()).toBe(valuesOf(1));
    await page.mouse.move(box.x + box.width * 0.95, box.y + box.height / 2);
    expect(await readout.textContent()).toBe(valuesOf(10));
    await page.close();
  });

  test('are sliders for arrow keys and screen readers', async () => {
    const { page } = await openReport();
    const chart = page.getByRole('slider', { name: /accuracy/ });
    await chart.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await chart.getAttribute('aria-valuenow')).toBe('2');
    expect(await chart.getAttribute('aria-valuetext')).toBe(
      valuesOf(2).replace('Epoch 2', 'epoch 2: ').replace('validation', ', validation'),
    );
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    expect(await chart.locator('.readout').textContent()).toBe(valuesOf(10));
    await page.close();
  });
});

describe('a cell of the confusion matrix', () => {
  const { confusionMatrix } = data.metrics;
  const predicted = confusionMatrix[0]!.findIndex((count, column) => column > 0 && count > 0);
  const count = confusionMatrix[0]![predicted]!;
  const title = `Label 0, predicted ${predicted}: ${count} image${count === 1 ? '' : 's'}`;

  test('shows its images, pixel by pixel, when clicked, and closes again', async () => {
    const { page } = await openReport();
    const panel = page.locator('#cell-panel');
    expect(await panel.isVisible()).toBe(false);
    const button = page.getByRole('button', { name: `${count} images with label 0, predicted ${predicted}` });
    await button.click();
    expect(await panel.locator('h3').textContent()).toBe(title);
    expect(await panel.locator('canvas').count()).toBe(count);
    const row = Number((await panel.locator('canvas').first().getAttribute('aria-label'))!.split(' ')[1]);
    expect([data.testPredictions.labels[row], data.testPredictions.predicted[row]]).toEqual([0, predicted]);
    const drawn = await page.evaluate<number[]>(
      `[...document.querySelector('#cell-panel canvas').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 0)`,
    );
    const { pixels } = data.imageOf(row);
    const largestGap = drawn.reduce((most, gray, at) => Math.max(most, Math.abs(gray - pixels[at]!)), 0);
    expect(largestGap).toBeLessThanOrEqual(1);
    await button.click();
    expect(await panel.isVisible()).toBe(false);
    await page.close();
  });

  test('is reached by Tab, arrows and Enter, and closed by Escape', async () => {
    const { page } = await openReport();
    await page.getByRole('region', { name: 'Confusion matrix: table' }).focus();
    await page.keyboard.press('Tab');
    for (let step = 0; step < confusionMatrix[0]!.slice(1, predicted + 1).filter(Boolean).length; step += 1)
      await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.locator('#cell-panel h3').textContent()).toBe(title);
    await page.keyboard.press('Escape');
    expect(await page.locator('#cell-panel').isVisible()).toBe(false);
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.parentNode.dataset.cell')).toMatch(/^[1-9]-/);
    await page.close();
  });
});

test('without JavaScript all content is there, and there are no buttons', async () => {
  const { page } = await openReport({ javaScriptEnabled: false });
  expect(await page.getByRole('button').count()).toBe(0);
  expect(await page.locator('table.confusion td.hit').first().textContent()).toMatch(/^\d+$/);
  expect(await page.locator('#cell-hint').isVisible()).toBe(false);
  expect(await page.locator('circle.point title').count()).toBe(40);
  await page.close();
});

test('in print: light colors in dark mode too, and no readouts of the charts', async () => {
  const { page } = await openReport({ colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.locator('.readout').first().isVisible()).toBe(false);
  expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
    'rgb(255, 255, 255)',
  );
  expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(29, 35, 41)');
  await page.close();
});

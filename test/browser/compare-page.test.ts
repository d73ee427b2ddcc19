import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderComparePage } from '../../lib/report/compare-page';
import { makeComparedRun, makeComparisonData } from '../support/report-factory';
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
const address = pathToFileURL(join(folder, 'compare.html')).href;
const { runs, ...rest } = makeComparisonData();
const third = makeComparedRun('20261125-123701-6012', { errorEvery: 23, config: { dropout: 0.2 } });
beforeAll(() =>
  writeFile(join(folder, 'compare.html'), renderComparePage({ runs: [...runs, third], ...rest }, '0.1.0')),
);

test.each(pageVariants)(
  'at $width pixels, $colorScheme: no console message, request, overflow or accessibility violation',
  async ({ width, colorScheme }) => {
    const { page, consoleMessages, origins } = await chromium.open(address, {
      viewport: { width, height: 900 },
      colorScheme,
    });
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    expect(await overflowOf(page)).toBe(0);
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, `compare-${width}-${colorScheme}`);
    await page.close();
  },
);

test('the slider shows the values of all runs, without those that ended before the epoch', async () => {
  const { page } = await chromium.open(address);
  const chart = page.getByRole('slider', { name: /accuracy/ });
  await chart.focus();
  await page.keyboard.press('Home');
  expect(await chart.getAttribute('aria-valuetext')).toMatch(
    /^epoch 1: one-layer training [\d.]+, one-layer validation [\d.]+, seed training .*6012 validation [\d.]+$/,
  );
  await page.keyboard.press('End');
  expect(await chart.getAttribute('aria-valuetext')).toMatch(/^epoch 10: seed training /);
  await page.close();
});

test('each run has a color of its own, the same in the key and in the curves', async () => {
  const { page } = await chromium.open(address);
  const colors = await page.evaluate<string[][]>(`[1, 2, 3].map((run) => [
    getComputedStyle(document.querySelector('.run-key .swatch.run-' + run)).backgroundColor,
    getComputedStyle(document.querySelector('path.curve.run-' + run)).stroke,
  ])`);
  for (const [key, curve] of colors) expect(curve).toBe(key);
  expect(new Set(colors.map(([key]) => key)).size).toBe(3);
  await page.close();
});

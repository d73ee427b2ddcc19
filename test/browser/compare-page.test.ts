import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderComparePage } from '../../lib/report/compare-page';
import { makeComparedRun, makeComparisonData } from '../support/report-factory';
import { useScratchFolder } from '../support/scratch-folder';
import { expectCleanPage, pageVariants, useChromium } from './chromium';

const folder = useScratchFolder();
const chromium = useChromium();
const { runs, ...rest } = makeComparisonData();
const third = makeComparedRun('20261125-123701-6012', { errorEvery: 23, config: { dropout: 0.2 } });
const thirty = Array.from({ length: 30 }, (_, index) =>
  makeComparedRun(`20261126-1200${String(index).padStart(2, '0')}-a1b2c3d4`, {
    errorEvery: 17 + ((index * 7) % 30),
    config: { epochs: 3 + (index % 5) },
    phases: [{ name: 'train', seconds: 20 + ((index * 37) % 90) }],
  }),
);
const pages = { compare: { runs: [...runs, third], ...rest }, 'compare-30': { ...rest, runs: thirty } };
const addressOf = (name: keyof typeof pages) => pathToFileURL(join(folder, `${name}.html`)).href;
const address = addressOf('compare');
beforeAll(async () => {
  for (const [name, data] of Object.entries(pages))
    await writeFile(join(folder, `${name}.html`), renderComparePage(data, '0.1.0'));
});

describe.each(Object.keys(pages) as (keyof typeof pages)[])('%s', (name) => {
  test.each(pageVariants)(
    'at $width pixels, $colorScheme: no console message, request, overflow or accessibility violation',
    (variant) => expectCleanPage(chromium, addressOf(name), variant, name),
  );
});

test.each(Object.keys(pages) as (keyof typeof pages)[])(
  '%s: the table of runs fits 1280 pixels',
  async (name) => {
    const { page } = await chromium.open(addressOf(name), { viewport: { width: 1280, height: 900 } });
    const hidden = await page.evaluate<number>(
      `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('table.sortable').parentNode)`,
    );
    expect(hidden).toBe(0);
    await page.close();
  },
);

test('a heading sorts the table of runs, up and down', async () => {
  const { page } = await chromium.open(addressOf('compare-30'));
  const heading = page.getByRole('columnheader', { name: 'Errors' });
  const errors = async () =>
    (await page.locator('table.sortable tbody tr td:nth-child(3)').allTextContents()).map(Number);
  await heading.getByRole('button').click();
  expect(await heading.getAttribute('aria-sort')).toBe('ascending');
  const ascending = await errors();
  expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
  await heading.getByRole('button').click();
  expect(await errors()).toEqual(ascending.toReversed());
  await page.close();
});

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

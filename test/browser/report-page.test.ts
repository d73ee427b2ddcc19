import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { renderReportPage } from '../../lib/report/report-page';
import { makeReportData } from '../support/report-factory';

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mnist-pipeline-report-'));
  await writeFile(join(folder, 'report.html'), renderReportPage(makeReportData()));
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

describe.each([390, 1280])('at %i pixels', (width) => {
  test.each(['light', 'dark'] as const)(
    '%s: no error, no request, nothing wider than the page',
    async (colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => requests.push(request.url().split(':')[0]!));
      await page.goto(pathToFileURL(join(folder, 'report.html')).href);

      expect(complaints).toEqual([]);
      expect(new Set(requests)).toEqual(new Set(['file']));
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      const broken = await page.evaluate(
        '[...document.images].filter((image) => image.naturalWidth !== 28).length',
      );
      expect(broken).toBe(0);
      const stretched = '[...document.images].filter((image) => image.width !== image.height).length';
      expect(await page.evaluate(stretched)).toBe(0);
      expect(await page.locator('.digits.first li').count()).toBe(10);
      for (const heading of ['Learning curves', 'Where it goes wrong', 'Worst mistakes']) {
        expect(await page.getByRole('heading', { name: heading }).isVisible()).toBe(true);
      }
      await page.close();
    },
  );
});

test('the ground is light by day and dark by night', async () => {
  const groundOf = async (colorScheme: 'light' | 'dark') => {
    const page = await browser.newPage({ colorScheme });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    const color = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.close();
    return color;
  };
  expect(await groundOf('light')).toBe('rgb(246, 247, 249)');
  expect(await groundOf('dark')).toBe('rgb(18, 21, 26)');
});

import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface WatchedPage {
  readonly page: Page;
  /** Console messages of any level, and uncaught errors. */
  readonly complaints: string[];
  /** Where requests went: `file:`, `data:`, or an origin. */
  readonly origins: Set<string>;
}

/** One Chromium for all tests of a file. */
export function useChromium(): {
  open(address: string, options?: BrowserContextOptions): Promise<WatchedPage>;
} {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser?.close());
  return {
    open: async (address, options = {}) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      const origins = new Set<string>();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        origins.add(origin === 'null' ? protocol : origin);
      });
      await page.goto(address);
      return { page, complaints, origins };
    },
  };
}

/** Pixels by which the page is wider than the window. */
export const overflowOf = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong by WCAG 2.2 A and AA and its best practices: a line each, with the first place. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.length} times, as in ${nodes[0]!.html.slice(0, 200)})`,
  );
}

/** At the four looks that count. */
export const looks = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** Set SCREENSHOTS to a folder to look at the pages. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

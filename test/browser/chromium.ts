import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface WatchedPage {
  readonly page: Page;
  /** Console messages of any level, and uncaught errors. */
  readonly consoleMessages: string[];
  /** Targets of all requests: `file:`, `data:`, or an origin. */
  readonly origins: Set<string>;
}

/** One Chromium process for all tests of a file. */
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
      const consoleMessages: string[] = [];
      const origins = new Set<string>();
      page.on('console', (message) => consoleMessages.push(message.text()));
      page.on('pageerror', (error) => consoleMessages.push(String(error)));
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        origins.add(origin === 'null' ? protocol : origin);
      });
      await page.goto(address);
      return { page, consoleMessages, origins };
    },
  };
}

/** How many pixels the page is wider than the window. */
export const overflowOf = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of WCAG 2.2 A and AA and of best practices that axe finds: one line each, with the first element. */
export async function findAccessibilityViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.length} times, as in ${nodes[0]!.html.slice(0, 200)})`,
  );
}

/** A phone and a laptop, each light and dark. */
export const pageVariants = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

interface PageVariant {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** Opens a page and expects no console message, no request, no overflow and no accessibility violation. */
export async function expectCleanPage(
  chromium: ReturnType<typeof useChromium>,
  address: string,
  { width, colorScheme }: PageVariant,
  screenshotName: string,
): Promise<void> {
  const { page, consoleMessages, origins } = await chromium.open(address, {
    viewport: { width, height: 900 },
    colorScheme,
  });
  expect(consoleMessages).toEqual([]);
  expect([...origins]).toEqual(['file:']);
  expect(await overflowOf(page)).toBe(0);
  expect(await findAccessibilityViolations(page)).toEqual([]);
  await saveScreenshot(page, `${screenshotName}-${width}-${colorScheme}`);
  await page.close();
}

/** Does nothing unless the environment variable SCREENSHOTS names a folder. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

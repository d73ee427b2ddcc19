import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { startServe } from '../support/serve-command';
import {
  findAccessibilityViolations,
  overflowOf,
  pageVariants,
  saveScreenshot,
  useChromium,
} from './chromium';
import { oneTestImagePerClass, writeMnistSubset } from './mnist-subset';
import { startStaticServer } from './static-server';

const folder = useScratchFolder();
const store = join(folder, 'artifacts');
const chromium = useChromium();
const testImages = oneTestImagePerClass();
let address: string;
let stop: () => Promise<{ exitCode: number }>;

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeMnistSubset(dataset, { trainCount: 8000, testCount: 300 });
  const trained = await runCommand([
    ...['train', '--dataset', dataset, '--store', store, '--run-id', 'small', '--engine', 'wasm'],
    ...['--hidden', '128', '--epochs', '6', '--batch-size', '64'],
  ]);
  expect(trained).toMatchObject({ exitCode: 0 });
  ({ address, stop } = await startServe(['--store', store]));
});
afterAll(() => stop?.());

const openPage = async (options = {}) => {
  const opened = await chromium.open(address, options);
  await opened.page.getByText('Ready').waitFor();
  return opened;
};

/** The digit, without the text below it. */
const answerOf = (page: Page) => page.evaluate<string>('document.getElementById("answer").firstChild.data');

/** Every second row of ink, as [row, first column, last column] in MNIST pixels, because the pen is two pixels wide. */
function findStrokes(pixels: Uint8Array): [number, number, number][] {
  const strokes: [number, number, number][] = [];
  for (let row = 0; row < 28; row += 2) {
    for (let column = 0; column < 28; column += 1) {
      if (pixels[row * 28 + column]! < 128) continue;
      const first = column;
      while (column < 27 && pixels[row * 28 + column + 1]! >= 128) column += 1;
      strokes.push([row, first, column]);
    }
  }
  return strokes;
}

async function drawWithMouse(page: Page, pixels: Uint8Array): Promise<void> {
  const box = (await page.locator('#drawing').boundingBox())!;
  const at = (column: number, row: number) =>
    [box.x + ((column + 0.5) / 28) * box.width, box.y + ((row + 0.5) / 28) * box.height] as const;
  for (const [row, first, last] of findStrokes(pixels)) {
    await page.mouse.move(...at(first, row));
    await page.mouse.down();
    await page.mouse.move(...at(last, row));
    await page.mouse.up();
  }
  await page.locator('[aria-busy=false]').waitFor();
}

describe.each(pageVariants)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('no console message, foreign request, overflow or accessibility violation', async () => {
    const { page, consoleMessages, origins } = await openPage({
      viewport: { width, height: 900 },
      colorScheme,
    });
    await drawWithMouse(page, testImages[3]!.pixels);
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual([address.slice(0, -1)]);
    expect(await overflowOf(page)).toBe(0);
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, `try-it-${width}-${colorScheme}`);
    await page.close();
  });
});

test('ten test images, drawn with the mouse stroke by stroke, are recognized', async () => {
  const { page } = await openPage();
  const answers: string[] = [];
  for (const { pixels } of testImages) {
    await page.getByRole('button', { name: 'Clear' }).click();
    await drawWithMouse(page, pixels);
    answers.push(await answerOf(page));
  }
  expect(answers).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  await page.close();
});

/** Two digits next to each other, each at half width. */
function drawPair(page: Page): Promise<void> {
  const pixels = new Uint8Array(28 * 28);
  for (const [offset, { pixels: digit }] of [testImages[1]!, testImages[7]!].entries()) {
    for (let pixel = 0; pixel < 28 * 28; pixel += 1) {
      const column = 14 * offset + Math.floor((pixel % 28) / 2);
      const target = Math.floor(pixel / 28) * 28 + column;
      pixels[target] = Math.max(pixels[target]!, digit[pixel]!);
    }
  }
  return drawWithMouse(page, pixels);
}

test.each([
  { name: 'a digit', draw: (page: Page) => drawWithMouse(page, testImages[4]!.pixels) },
  { name: 'two digits', draw: drawPair },
])(
  'predict gives the same answer and doubts for the drawing saved as an image: $name',
  async ({ name, draw }) => {
    const { page } = await openPage();
    await draw(page);
    const url = await page.evaluate<string>('document.getElementById("drawing").toDataURL()');
    const image = join(folder, 'drawing.png');
    writeFileSync(image, Buffer.from(url.split(',')[1]!, 'base64'));
    const { out } = await runCommand(['predict', image, '--store', store, '--json']);
    const { predicted, probabilities, reading, doubts } = JSON.parse(out);
    expect(await page.locator('#doubts p').allTextContents()).toEqual(doubts);
    if (name === 'two digits') expect(doubts[0]).toContain('more than one digit');
    expect(reading).toMatchObject({ ink: 'opaque', decidedBy: 'transparency', format: 'PNG' });
    expect(await answerOf(page)).toBe(String(predicted));
    const percents = await page.locator('#probabilities .number').allTextContents();
    expect(percents).toEqual(probabilities.map((each: number) => `${(100 * each).toFixed(1)} %`));
    await page.close();
  },
);

test('the ten probabilities sum to 1, and the model sees the digit scaled and centered', async () => {
  const { page } = await openPage();
  await drawWithMouse(page, testImages[0]!.pixels);
  expect(await answerOf(page)).toBe('0');
  const percents = await page.locator('#probabilities .number').allTextContents();
  expect(percents).toHaveLength(10);
  const sum = percents.reduce((total, percent) => total + Number.parseFloat(percent), 0);
  expect(Math.abs(sum - 100)).toBeLessThan(1);
  const ink = await page.evaluate<{ rows: number; columns: number; x: number; y: number }>(`(() => {
    const { data } = document.getElementById('seen').getContext('2d').getImageData(0, 0, 28, 28);
    const rows = new Set(), columns = new Set();
    let mass = 0, x = 0, y = 0;
    for (let at = 0; at < 784; at += 1) {
      const gray = data[at * 4];
      if (gray > 0) { rows.add(Math.floor(at / 28)); columns.add(at % 28); }
      mass += gray; x += gray * (at % 28); y += gray * Math.floor(at / 28);
    }
    return { rows: rows.size, columns: columns.size, x: x / mass, y: y / mass };
  })()`);
  expect(Math.max(ink.rows, ink.columns)).toBe(20);
  expect(Math.abs(ink.x - 14)).toBeLessThan(1);
  expect(Math.abs(ink.y - 14)).toBeLessThan(1);
  await page.close();
});

test('a finger draws too, and Clear removes the drawing', async () => {
  const { page } = await openPage({ hasTouch: true, viewport: { width: 390, height: 800 } });
  const box = (await page.locator('#drawing').boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove', y: number) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: box.x + box.width / 2, y }] });
  await touch('touchStart', box.y + 0.2 * box.height);
  for (let step = 0.2; step <= 0.8; step += 0.1) await touch('touchMove', box.y + step * box.height);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.waitForFunction('document.getElementById("answer").firstChild.data === "1"');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.waitForFunction('document.getElementById("answer").firstChild.data === "–"');
  await page.close();
});

describe('in the folder of the run', () => {
  let server: Awaited<ReturnType<typeof startStaticServer>>;
  beforeAll(async () => {
    server = await startStaticServer(store);
  });
  afterAll(() => server.close());

  test('any web server can serve it, at any depth', async () => {
    const { page, consoleMessages, origins } = await chromium.open(
      `${server.address}/runs/small/try-it.html`,
    );
    await page.getByText('Ready').waitFor();
    await drawWithMouse(page, testImages[7]!.pixels);
    expect(await answerOf(page)).toBe('7');
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual([server.address]);
    await page.close();
  });

  test('the report links to it', async () => {
    const { page, origins } = await chromium.open(`${server.address}/runs/small/report.html`);
    await page.getByRole('link', { name: 'try-it.html' }).click();
    await page.getByText('Ready').waitFor();
    expect([...origins]).toEqual([server.address]);
    await page.close();
  });

  test('opened from disk, it says how to serve it', async () => {
    const { href } = pathToFileURL(join(store, 'runs/small/try-it.html'));
    const { page, consoleMessages, origins } = await chromium.open(href);
    await page.getByText('mnist-pipeline serve small').waitFor();
    expect(await page.getByText('Loading the model').count()).toBe(0);
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, 'try-it-from-disk');
    await page.close();
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { formatPercent } from '../../lib/report/format-values';
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

const pageOnDisk = pathToFileURL(join(store, 'runs/small/try-it.html')).href;

const openPage = async (options = {}, url = pageOnDisk) => {
  const opened = await chromium.open(url, options);
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

/** Waits until the page shows which pixels the answer depends on. */
const waitForExplanation = (page: Page) => page.locator('#seen-key').waitFor({ state: 'visible' });

describe.each(pageVariants)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('no console message, request, overflow or accessibility violation', async () => {
    const { page, consoleMessages, origins } = await openPage({
      viewport: { width, height: 900 },
      colorScheme,
    });
    await drawWithMouse(page, testImages[3]!.pixels);
    await waitForExplanation(page);
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    expect(await overflowOf(page)).toBe(0);
    expect(await findAccessibilityViolations(page)).toEqual([]);
    await saveScreenshot(page, `try-it-${width}-${colorScheme}`);
    await page.close();
  });
});

describe('opened from disk, from serve and from any web server', () => {
  let server: Awaited<ReturnType<typeof startStaticServer>>;
  beforeAll(async () => {
    server = await startStaticServer(store);
  });
  afterAll(() => server.close());

  test('the page gives the same answer, and requests nothing', async () => {
    const answers: (string | null)[] = [];
    for (const url of [pageOnDisk, address, `${server.address}/runs/small/try-it.html`]) {
      const { page, consoleMessages, origins } = await openPage({}, url);
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.keyboard.press('2');
      await waitForExplanation(page);
      answers.push(await page.locator('#probabilities').textContent());
      expect(consoleMessages).toEqual([]);
      expect(requests).toEqual([]);
      expect(origins.size).toBe(1);
      await page.close();
    }
    expect(new Set(answers).size).toBe(1);
  });

  test('the report links to it', async () => {
    const { page } = await chromium.open(pathToFileURL(join(store, 'runs/small/report.html')).href);
    await page.getByRole('link', { name: 'try-it.html' }).first().click();
    await page.getByText('Ready').waitFor();
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
    expect(percents).toEqual(probabilities.map((each: number) => formatPercent(each, 1)));
    await page.close();
  },
);

test('the ten probabilities sum to 1, and the model sees the digit scaled and centered', async () => {
  const { page } = await openPage();
  await drawWithMouse(page, testImages[0]!.pixels);
  expect(await answerOf(page)).toBe('0');
  const percents = await page.locator('#probabilities .number').allTextContents();
  expect(percents).toHaveLength(10);
  const sum = percents.reduce((total, percent) => total + Number.parseFloat(percent.replace(/[<>]/, '')), 0);
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

describe('the test images', () => {
  const { labels, predicted } = useTestPredictions();

  test('are one of each class, and get the answers of the evaluation', async () => {
    const { page } = await openPage();
    const buttons = page.getByRole('button', { name: /^Test image \d+, a \d$/ });
    expect(await buttons.count()).toBe(10);
    for (const button of await buttons.all()) {
      const [, row, label] = (await button.getAttribute('aria-label'))!.match(/image (\d+), a (\d)/)!;
      expect(labels()[Number(row)]).toBe(Number(label));
      await button.click();
      await page.locator('[aria-busy=false]').waitFor();
      expect(await answerOf(page)).toBe(String(predicted()[Number(row)]));
    }
    await page.close();
  });

  test('reach the model pixel by pixel', async () => {
    const { page } = await openPage();
    await page.getByRole('button', { name: /, a 7$/ }).click();
    await page.locator('[aria-busy=false]').waitFor();
    const seen = await page.evaluate<number[]>(
      `[...document.getElementById('seen').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 0)`,
    );
    expect(seen).toEqual([...testImages[7]!.pixels]);
    await page.close();
  });
});

describe('the keyboard', () => {
  test('reaches every control, and each has a name', async () => {
    const { page } = await openPage();
    const names: string[] = [];
    for (let stop = 0; stop < 13; stop += 1) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate<string>(
          '(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent) || document.activeElement.textContent',
        ),
      );
    }
    expect(names).toEqual([
      'Clear',
      'Undo',
      ...Array.from({ length: 10 }, (_, label) => expect.stringMatching(`^Test image \\d+, a ${label}$`)),
      expect.stringMatching(/^Keys: 0 to 9/),
    ]);
    await page.close();
  });

  test('chooses a test image by its digit, undoes and clears', async () => {
    const { page } = await openPage();
    await page.keyboard.press('1');
    await page.waitForFunction('document.getElementById("answer").firstChild.data === "1"');
    await page.keyboard.press('u');
    await page.waitForFunction('document.getElementById("answer").firstChild.data === "–"');
    await page.keyboard.press('7');
    await page.waitForFunction('document.getElementById("answer").firstChild.data === "7"');
    await page.keyboard.press('Escape');
    await page.waitForFunction('document.getElementById("answer").firstChild.data === "–"');
    await page.close();
  });

  test('does nothing when its checkbox is off', async () => {
    const { page } = await openPage();
    await page.getByRole('checkbox', { name: /^Keys/ }).uncheck();
    await page.keyboard.press('1');
    expect(await page.evaluate('document.getElementById("result").ariaBusy')).toBe('false');
    expect(await answerOf(page)).toBe('–');
    await page.close();
  });
});

test('undo removes the last stroke only', async () => {
  const { page } = await openPage();
  const inkOf = () =>
    page.evaluate<number>(
      `document.getElementById('drawing').getContext('2d').getImageData(0, 0, 560, 560).data.reduce((sum, value) => sum + value, 0)`,
    );
  const ink: number[] = [];
  for (const { pixels } of [testImages[1]!, testImages[0]!]) {
    await drawWithMouse(page, pixels);
    ink.push(await inkOf());
  }
  const strokeCount = findStrokes(testImages[0]!.pixels).length;
  for (let stroke = 0; stroke < strokeCount; stroke += 1)
    await page.getByRole('button', { name: 'Undo' }).click();
  expect(ink[1]).toBeGreaterThan(ink[0]!);
  expect(await inkOf()).toBe(ink[0]);
  await page.close();
});

describe('what the answer depends on', () => {
  const colorsOf = (page: Page) =>
    page.evaluate<{ orange: number; blue: number }>(`(() => {
      const { data } = document.getElementById('seen').getContext('2d').getImageData(0, 0, 28, 28);
      let orange = 0, blue = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] > data[at + 2] + 20) orange += 1;
        if (data[at + 2] > data[at] + 20) blue += 1;
      }
      return { orange, blue };
    })()`);

  test('is shown in color when the pen rests, and not before', async () => {
    const { page } = await openPage();
    await drawWithMouse(page, testImages[4]!.pixels);
    expect(await colorsOf(page)).toEqual({ orange: 0, blue: 0 });
    await waitForExplanation(page);
    expect((await colorsOf(page)).orange).toBeGreaterThan(5);
    await page.close();
  });

  test('is removed by the next stroke, and by Clear', async () => {
    const { page } = await openPage();
    await page.keyboard.press('4');
    await waitForExplanation(page);
    await page.keyboard.press('Escape');
    await page.locator('#seen-key').waitFor({ state: 'hidden' });
    expect(await colorsOf(page)).toEqual({ orange: 0, blue: 0 });
    await page.close();
  });

  test('each pen move is answered within 100 ms', async () => {
    const { page } = await openPage();
    await drawWithMouse(page, testImages[8]!.pixels);
    await waitForExplanation(page);
    const durationsOf = (name: string) =>
      page.evaluate<number[]>(
        `performance.getEntriesByName('${name}').map(({ duration }) => duration).sort((a, b) => a - b)`,
      );
    const answers = await durationsOf('answer');
    expect(answers.length).toBeGreaterThan(10);
    expect(answers[Math.floor(answers.length / 2)]).toBeLessThan(100);
    expect(await durationsOf('explanation')).toHaveLength(1);
    await page.close();
  });
});

/** Of the evaluation of the run that the tests train. */
function useTestPredictions() {
  const read = () =>
    JSON.parse(readFileSync(join(store, 'runs/small/evaluation/test-predictions.json'), 'utf8')) as {
      labels: number[];
      predicted: number[];
    };
  return { labels: () => read().labels, predicted: () => read().predicted };
}

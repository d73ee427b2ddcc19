import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { loadModel } from '../../lib/model/model-files';
import { DirectoryStore } from '../../lib/store/directory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { runCommand } from '../support/command-line';
import { describeResidual } from '../support/residual-model';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import { useChromium } from './chromium';

const folder = useScratchFolder();
const store = join(folder, 'artifacts');
const architecture = join(folder, 'architecture.json');
const chromium = useChromium();

beforeAll(async () => {
  await writeTinyDataset(join(folder, 'digits'));
  writeFileSync(architecture, JSON.stringify(describeResidual([6, 6, 1], 10)));
});

describe.each([
  { kind: 'perceptron', settings: ['--hidden', '8'], inputShape: [6, 6] },
  { kind: 'residual-network', settings: ['--model', architecture], inputShape: [6, 6, 1] },
])('a $kind', ({ kind: runId, settings, inputShape }) => {
  const modelFolder = join(store, 'runs', runId, 'model');

  beforeAll(async () => {
    const outcome = await runCommand([
      ...['train', '--dataset', join(folder, 'digits'), '--store', store, '--run-id', runId, '--quiet'],
      ...['--engine', 'wasm', '--epochs', '1', ...settings],
    ]);
    expect(outcome).toMatchObject({ exitCode: 0 });
  });

  test("the page of the model card loads the model, and gives the pipeline's own probabilities", async () => {
    const card = readFileSync(join(modelFolder, 'README.md'), 'utf8');
    const html = card.match(/^```html\n([\s\S]*?)^```/m)?.[1];
    const { page, consoleMessages, origins } = await chromium.open('about:blank');
    // TensorFlow.js from the installed package instead of the network: the same file in the same version.
    await page.route('https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js', (route) =>
      route.fulfill({ path: join(__dirname, '../../node_modules/@tensorflow/tfjs/dist/tf.min.js') }),
    );
    await page.route('http://model.test/**', (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
      const path = join(modelFolder, name);
      return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404 });
    });
    const printed = page.waitForEvent('console', (message) => message.text().startsWith('Float32Array'));
    await page.goto('http://model.test/');
    const values = await (await printed).args()[0]!.evaluate((array) => Array.from(array as Float32Array));
    await page.close();
    expect(values).toEqual(await predictBlack(runId, inputShape));
    expect(
      consoleMessages.filter((text) => !text.startsWith('Float32Array') && !text.includes('favicon')),
    ).toEqual([]);
    expect([...origins].sort()).toEqual(['http://model.test', 'https://cdn.jsdelivr.net']);
  });

  test('the try-it page, opened from disk, answers for an example', async () => {
    const url = pathToFileURL(join(store, 'runs', runId, 'try-it.html')).href;
    const { page, consoleMessages, origins } = await chromium.open(url);
    await page.getByText('Ready').waitFor();
    await page.keyboard.press('2');
    await page.locator('#seen-key').waitFor({ state: 'visible' });
    expect(await page.locator('#probabilities').textContent()).toMatch(/\d/);
    expect(consoleMessages).toEqual([]);
    expect([...origins]).toEqual(['file:']);
    await page.close();
  });
});

/** Probabilities of a black image, as this program computes them. */
async function predictBlack(runId: string, inputShape: readonly number[]): Promise<unknown[]> {
  await useWasmBackend();
  const model = await loadModel(new DirectoryStore(store), runId);
  const expected = tf.tidy(() => (model.predict(tf.zeros([1, ...inputShape])) as tf.Tensor).dataSync());
  model.dispose();
  return Array.from(expected, (value) => expect.closeTo(value, 5));
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadModel } from '../../lib/model/model-files';
import { DirectoryStore } from '../../lib/store/directory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import { useChromium } from './chromium';

const folder = useScratchFolder();
const store = join(folder, 'artifacts');
const modelFolder = join(store, 'runs/a-run/model');
const chromium = useChromium();

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset);
  const { exitCode } = await runCommand([
    ...['train', '--dataset', dataset, '--store', store, '--run-id', 'a-run', '--quiet'],
    ...['--engine', 'wasm', '--hidden', '8', '--epochs', '1'],
  ]);
  expect(exitCode).toBe(0);
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

  await useWasmBackend();
  const model = await loadModel(new DirectoryStore(store), 'a-run');
  const expected = tf.tidy(() => (model.predict(tf.zeros([1, 6, 6])) as tf.Tensor).dataSync());
  model.dispose();
  expect(values).toEqual(Array.from(expected, (value) => expect.closeTo(value, 5)));
  expect(
    consoleMessages.filter((text) => !text.startsWith('Float32Array') && !text.includes('favicon')),
  ).toEqual([]);
  expect([...origins].sort()).toEqual(['http://model.test', 'https://cdn.jsdelivr.net']);
});

import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { ImageShape } from '../../lib/contracts/image-shape';
import { objectKeys } from '../../lib/contracts/object-keys';
import { tryItExamplesSchema } from '../../lib/contracts/try-it-examples';
import { countLabels } from '../../lib/dataset/held-out-counts';
import { inMemory } from '../../lib/dataset/image-source';
import { encodeJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { type PageData, pageDataId } from '../../lib/try-it/page-data';
import { buildPage, savePage } from '../../lib/try-it/save-page';
import { gatherServedFiles } from '../../lib/try-it/served-files';
import { renderTryItPage } from '../../lib/try-it/try-it-page';
import { makeTinyDataset } from '../support/tiny-dataset';

const weights = Uint8Array.from({ length: 8 }, (_, index) => index);
const { test: testImages, imageShape } = makeTinyDataset({ classes: 3 });
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const dataOf = (page: string): PageData =>
  JSON.parse(
    page.match(new RegExp(`<script type="application/json" id="${pageDataId}">(.*?)</script>`))![1]!,
  );

/** A store with a run that has a model of two weights. */
async function makeStore(runId: string, userDefinedMetadata?: object): Promise<MemoryStore> {
  const store = new MemoryStore();
  const specs = [{ name: 'bias', shape: [2], dtype: 'float32' }];
  await store.put(
    objectKeys.modelTopology(runId),
    encodeJson({
      modelTopology: { note: '</script>' },
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
      userDefinedMetadata,
    }),
  );
  await store.put(objectKeys.modelWeights(runId), weights);
  return store;
}

let store: MemoryStore;
let page: string;
beforeAll(async () => {
  store = await makeStore('run');
  await savePage(store, 'run', inMemory({ ...testImages, imageShape }), countLabels(testImages.labels));
  page = textOf(await store.get(objectKeys.tryItPage('run')));
});

test('the page has the model of the run in it', () => {
  const { model } = dataOf(page);
  expect(model).toEqual({
    topology: { note: '</script>' },
    weightSpecs: [{ name: 'bias', shape: [2], dtype: 'float32' }],
    weights: Buffer.from(weights).toString('base64'),
  });
});

test('the names of the classes are printable, in the data of the page, and change its texts', async () => {
  const named = await makeStore('named');
  const key = objectKeys.modelTopology('named');
  const file = JSON.parse(textOf(await named.get(key)));
  const classNames = ['</script><b>', 'two\nlines', 'Ankle boot'];
  await named.put(key, encodeJson({ ...file, userDefinedMetadata: { classNames, white: 16 } }));
  await savePage(named, 'named', inMemory({ ...testImages, imageShape }), countLabels(testImages.labels));
  const namedPage = textOf(await named.get(objectKeys.tryItPage('named')));
  expect(dataOf(namedPage).classNames).toEqual(['</script><b>', 'two lines', 'Ankle boot']);
  expect(namedPage).not.toContain('</script><b>');
  expect(namedPage).toContain('<h1>Draw one of the classes</h1>');
  expect(page).toContain('<h1>Draw a digit</h1>');
});

test('the examples are the first test image of each class, in the page and as a file', async () => {
  const { examples } = dataOf(page);
  expect(examples!.images.map(({ index, label }) => [index, label])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
  expect(Buffer.from(examples!.images[1]!.pixels, 'base64')).toEqual(
    Buffer.from(testImages.pixels.subarray(36, 72)),
  );
  const { schemaVersion, runId, ...file } = JSON.parse(
    textOf(await store.get(objectKeys.tryItExamples('run'))),
  );
  expect(file).toEqual(examples);
});

test('of more than ten classes, the first ten have an example', async () => {
  const many = await makeStore('many');
  const { test: images, ...rest } = makeTinyDataset({ classes: 12 });
  await savePage(many, 'many', inMemory({ ...images, ...rest }), countLabels(images.labels));
  const { examples } = dataOf(textOf(await many.get(objectKeys.tryItPage('many'))));
  expect(examples!.images.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

const preparation = (isCentered: boolean) => ({ isCentered, isInverted: false });

test.each([
  ['gray digits of an earlier version', [6, 6], undefined, 'Draw a digit'],
  ['centered digits', [6, 6], preparation(true), 'Draw a digit'],
  ['other gray images', [6, 6], preparation(false), 'Choose an image'],
  ['color images of an earlier version', [6, 6, 3], undefined, 'Choose an image'],
  ['color images', [6, 6, 3], preparation(false), 'Choose an image'],
] as const)('of a model of %s, the heading is that of its images', async (_, imageShape, known, heading) => {
  const images = makeTinyDataset({ classes: 3, imageShape: [...imageShape] as ImageShape });
  const ready = await makeStore('run', known && { classNames: ['0'], white: 255, preparation: known });
  await savePage(ready, 'run', inMemory({ ...images.test, imageShape }), countLabels(images.test.labels));
  const text = textOf(await ready.get(objectKeys.tryItPage('run')));
  expect(text).toContain(`<h1>${heading}</h1>`);
  expect(text.includes('type="file"')).toBe(heading === 'Choose an image');
  expect(dataOf(text)).toMatchObject({ examples: { imageShape }, ...(known && { preparation: known }) });
});

test('a run of an earlier version has a page without examples', async () => {
  const { body } = await buildPage(await makeStore('old'), 'old');
  expect(dataOf(textOf(body)).examples).toBeUndefined();
});

test('the page makes no request: it has no address, and its policy allows its own script only', () => {
  const addresses = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses).toEqual(['data:,']);
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1]!);
  expect(scripts).toHaveLength(1);
  const digest = createHash('sha256').update(scripts[0]!).digest('base64');
  const policy = page
    .match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)![1]!
    .replaceAll('&#39;', "'");
  expect(policy).toContain(`script-src 'sha256-${digest}' 'wasm-unsafe-eval';`);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toContain('connect-src');
});

test('a second build, from another working directory, has the same bytes', async () => {
  const folder = process.cwd();
  process.chdir(tmpdir());
  try {
    let again: Uint8Array | undefined;
    await jest.isolateModulesAsync(async () => {
      const { buildPage: buildAgain } = await import('../../lib/try-it/save-page');
      again = (await buildAgain(store, 'run')).body;
    });
    expect(textOf(again!)).toBe(page);
  } finally {
    process.chdir(folder);
  }
});

test('serve builds the same page, and serves nothing else', async () => {
  const files = await gatherServedFiles(store, 'run');
  expect([...files.keys()]).toEqual(['/', '/try-it.html']);
  for (const { body } of files.values()) expect(textOf(body)).toBe(page);
});

test('the run id is escaped', () => {
  const data = { model: { topology: {}, weightSpecs: [], weights: '' } };
  const attacked = renderTryItPage({ runId: '<img src=x>', data, script: '', policy: '' });
  expect(attacked).toContain('run <code>&lt;img src=x&gt;</code>');
  expect(attacked).not.toContain('<img');
});

test.each(['"</script>"', '"<!-- "'])('a script that would end its element is refused: %s', (script) => {
  const data = { model: { topology: {}, weightSpecs: [], weights: '' } };
  expect(() => renderTryItPage({ runId: 'run', data, script, policy: '' })).toThrow(
    'cannot be put into a page',
  );
});

describe('a changed file of the run is an error that names it', () => {
  test.each([
    {
      key: objectKeys.modelTopology('run'),
      text: '{"modelTopology"',
      message: /model\.json in .* is not JSON/,
    },
    { key: objectKeys.modelTopology('run'), text: '{}', message: /model\.json in .*modelTopology/ },
    { key: objectKeys.tryItExamples('run'), text: '[]', message: /examples\.json in / },
  ])('$key: $text', async ({ key, text, message }) => {
    const changed = await makeStore('run');
    await changed.put(key, new TextEncoder().encode(text));
    await expect(buildPage(changed, 'run')).rejects.toMatchObject({
      name: 'CorruptArtifact',
      message: expect.stringMatching(message),
    });
  });
});

test('examples whose pixels do not fit their shape are refused', () => {
  const images = [{ index: 0, label: 0, pixels: Buffer.alloc(5).toString('base64') }];
  const examples = { schemaVersion: 1, runId: 'run', imageShape: [2, 3], images };
  expect(tryItExamplesSchema.safeParse(examples).success).toBe(false);
  const fitting = [{ ...images[0], pixels: Buffer.alloc(6).toString('base64') }];
  expect(tryItExamplesSchema.safeParse({ ...examples, images: fitting }).success).toBe(true);
  const notBase64 = [{ ...images[0], pixels: 'a?' }];
  expect(tryItExamplesSchema.safeParse({ ...examples, images: notBase64 }).success).toBe(false);
});

import { tmpdir } from 'node:os';
import { objectKeys } from '../../lib/contracts/object-keys';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { type PageFile, savePage } from '../../lib/try-it/page-files';

const keys = [
  objectKeys.tryItPage('run'),
  objectKeys.tryItFile('run', 'app.js'),
  objectKeys.tryItFile('run', 'tfjs-backend-wasm.wasm'),
  objectKeys.tryItFile('run', 'tfjs-backend-wasm-simd.wasm'),
];
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

let store: MemoryStore;
beforeAll(async () => {
  store = new MemoryStore();
  await savePage(store, 'run');
});

test('the page, its script and the WASM files are in the run, and nothing else', async () => {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  expect(found).toEqual([...keys].sort());
});

test('a second build, from another working directory, has the same bytes', async () => {
  const wholeHashes = await Promise.all(keys.map(async (key) => sha256Hex(await store.get(key))));
  const folder = process.cwd();
  process.chdir(tmpdir());
  try {
    let again: PageFile[] = [];
    await jest.isolateModulesAsync(async () => {
      const { buildPageFiles } = await import('../../lib/try-it/page-files');
      again = await buildPageFiles('run');
    });
    expect(again.map(({ key }) => key)).toEqual(keys);
    expect(again.map(({ body }) => sha256Hex(body))).toEqual(wholeHashes);
  } finally {
    process.chdir(folder);
  }
});

test('every address in the page is relative, so that it works in any folder', async () => {
  const page = textOf(await store.get(objectKeys.tryItPage('run')));
  const addresses = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses).toEqual(['data:,', 'try-it/app.js']);
  expect(page).toContain('http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;');
  const app = textOf(await store.get(objectKeys.tryItFile('run', 'app.js')));
  expect(app).toContain('"model/model.json"');
  expect(app).toContain('"try-it/"');
});

test.each(['run', '<img src=x>'])('the page names its run as text: %s', async (runId) => {
  const { renderTryItPage } = await import('../../lib/try-it/try-it-page');
  const page = renderTryItPage(runId);
  expect(page).toContain(`serve ${runId.replace('<', '&lt;').replace('>', '&gt;')} --store`);
  expect(page).not.toContain('<img');
});

test('the WASM files start with the magic number', async () => {
  for (const key of keys.slice(2)) {
    expect([...(await store.get(key)).subarray(0, 4)]).toEqual([0, ...Buffer.from('asm')]);
  }
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryStore } from '../../lib/store/directory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { versionBody, wholeVersionOf } from './version-body';

jest.setTimeout(120_000);

let folder: string;
let writer: string;
let root: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'directory-store-crash-'));
  writer = join(folder, 'directory-writer.js');
  const source = require.resolve('./directory-writer');
  const esbuild = require.resolve('esbuild/bin/esbuild');
  execFileSync(esbuild, [source, '--bundle', '--platform=node', `--outfile=${writer}`, '--log-level=error']);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  count += 1;
  root = join(folder, `store-${count}`);
});

function start(...values: readonly string[]): ChildProcess {
  return spawn(process.execPath, [writer, root, ...values], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function runToEnd(...values: readonly string[]) {
  const child = start(...values);
  const [output, [exitCode, signal]] = await Promise.all([text(child.stdout!), once(child, 'close')]);
  return { output, exitCode, signal };
}

const temporaries = () => readdir(join(root, '.store', 'tmp'));

test('a writer that is killed before any change to the file system leaves complete objects and a usable store', async () => {
  for (let fatalChange = 1; ; fatalChange += 1) {
    await rm(root, { recursive: true, force: true });
    await new DirectoryStore(root).put('a', versionBody(9));

    const { output, signal } = await runToEnd('die-at', String(fatalChange));

    if (signal === null) {
      expect(output).toMatch(/^survived \d+ changes\n$/);
      // Each of the three writes makes at least ten changes: the loop tested all of them.
      expect(fatalChange).toBeGreaterThan(30);
      break;
    }
    expect(signal).toBe('SIGKILL');
    const store = new DirectoryStore(root);
    const a = await store.get('a');
    expect([9, 1, 3]).toContain(wholeVersionOf(a));
    expect(await store.head('a')).toEqual({ key: 'a', bytes: a.byteLength, sha256: sha256Hex(a) });
    const hasB = (await store.head('folder/b')) !== undefined;
    if (hasB) expect(wholeVersionOf(await store.get('folder/b'))).toBe(2);

    // The lock and temporary files of the dead writer do not block others.
    expect(await store.putIfUnchanged('a', versionBody(4), sha256Hex(a))).toBe(true);
    expect(await store.putIfAbsent('folder/b', versionBody(5))).toBe(!hasB);
    expect(wholeVersionOf(await store.get('a'))).toBe(4);
    expect(wholeVersionOf(await store.get('folder/b'))).toBe(hasB ? 2 : 5);
    expect(await temporaries()).toEqual([]);
  }
});

test('after a kill at any moment of heavy writing, only complete objects are found', async () => {
  for (let round = 0; round < 6; round += 1) {
    const child = start('write-forever');
    await once(child.stdout!, 'data');
    await pause(30 + 170 * Math.random());
    child.kill('SIGKILL');
    await once(child, 'exit');

    const store = new DirectoryStore(root);
    for await (const { key, sha256 } of store.list('')) {
      const body = await store.get(key);
      expect(key).toMatch(/^busy\/[0-2]$/);
      expect(wholeVersionOf(body, 300_000)).toBeGreaterThan(0);
      expect(sha256).toBe(sha256Hex(body));
    }
    await store.put('busy/0', versionBody(7, 300_000));
    expect(await temporaries()).toEqual([]);
  }
  expect((await readdir(join(root, 'busy'))).length).toBeGreaterThan(0);
});

test('when four processes claim the same keys, exactly one wins each', async () => {
  const begin = String(Date.now() + 1_000);
  const results = await Promise.all(Array.from({ length: 4 }, () => runToEnd('race', begin)));

  const claims = results.map(({ output }) => JSON.parse(output) as { pid: number; won: number[] });
  const everyKey = Array.from({ length: 40 }, (_, key) => key);
  expect(claims.flatMap(({ won }) => won).sort((one, other) => one - other)).toEqual(everyKey);
  const store = new DirectoryStore(root);
  for (const { pid, won } of claims) {
    for (const key of won) {
      expect(new TextDecoder().decode(await store.get(`race/${key}`))).toBe(String(pid));
    }
  }
});

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnerGone, newOwnedName } from '../../lib/store/directory-owner';
import { DirectoryStore } from '../../lib/store/directory-store';
import { sha256Hex } from '../../lib/store/sha256';

const bytesOf = (text: string) => new TextEncoder().encode(text);

let root: string;
let store: DirectoryStore;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'directory-store-')), 'store');
  store = new DirectoryStore(root);
});
afterEach(() => rm(join(root, '..'), { recursive: true }));

const sidecar = (key: string) => join(root, '.store', 'sha256', key);
const temporaryFolder = () => join(root, '.store', 'tmp');

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** The owned name of a process of this machine that is certainly dead. */
function deadOwnedName(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return `${hostname().replace(/[^A-Za-z0-9-]/g, '-')}.${pid}.1.left-over`;
}

test('objects are plain files at their keys', async () => {
  await store.put('runs/r/history.json', bytesOf('{}\n'));

  expect(await readFile(join(root, 'runs', 'r', 'history.json'), 'utf8')).toBe('{}\n');
  expect(await readFile(sidecar('runs/r/history.json'), 'utf8')).toBe(`${sha256Hex(bytesOf('{}\n'))}\n`);
  expect((await readdir(root)).sort()).toEqual(['.store', 'runs']);
});

test('construction and reads create nothing', async () => {
  expect(await store.head('a')).toBeUndefined();
  expect(await keysOf('')).toEqual([]);
  await expect(store.get('a')).rejects.toMatchObject({ name: 'ArtifactNotFound' });
  expect(await readdir(join(root, '..'))).toEqual([]);
});

describe('files that a person copied in', () => {
  const body = bytesOf('copied');
  beforeEach(async () => {
    await mkdir(join(root, 'datasets'), { recursive: true });
    await writeFile(join(root, 'datasets', 'labels.gz'), body);
  });

  test('are read without a checksum', async () => {
    expect(await store.get('datasets/labels.gz')).toEqual(body);
    expect(await store.head('datasets/labels.gz')).toEqual({ key: 'datasets/labels.gz', bytes: 6 });
    expect(await keysOf('data')).toEqual(['datasets/labels.gz']);
  });

  test('count as present, and swap by the checksum of their bytes', async () => {
    expect(await store.putIfAbsent('datasets/labels.gz', bytesOf('x'))).toBe(false);
    expect(await store.putIfUnchanged('datasets/labels.gz', bytesOf('x'), sha256Hex(bytesOf('y')))).toBe(
      false,
    );
    expect(await store.putIfUnchanged('datasets/labels.gz', bytesOf('x'), sha256Hex(body))).toBe(true);
  });

  test('are skipped by list under names that are not valid keys; links to files are followed', async () => {
    await writeFile(join(root, 'datasets', 'My notes.txt'), body);
    await symlink(join(root, 'datasets', 'labels.gz'), join(root, 'datasets', 'link.gz'));
    await symlink('/', join(root, 'datasets', 'link-to-folder'));
    await symlink('nowhere', join(root, 'datasets', 'link-to-nothing'));

    expect(await keysOf('')).toEqual(['datasets/labels.gz', 'datasets/link.gz']);
  });
});

describe('a writer killed between checksum and file', () => {
  const [old, next] = [bytesOf('old'), bytesOf('next')];
  const both = `${sha256Hex(old)}\n${sha256Hex(next)}\n`;

  test.each([
    ['before the file was moved', old],
    ['before the old checksum was taken away', next],
  ])('%s: the file is valid, and the next write removes the extra checksum', async (_, there) => {
    await store.put('a', old);
    await writeFile(join(root, 'a'), there);
    await writeFile(sidecar('a'), both);

    expect(await store.get('a')).toEqual(there);
    expect((await store.head('a'))?.sha256).toBe(sha256Hex(there));

    await store.put('a', bytesOf('last'));
    expect(await readFile(sidecar('a'), 'utf8')).toBe(`${sha256Hex(bytesOf('last'))}\n`);
  });

  test('a checksum without a file is an absent object', async () => {
    await store.put('a', old);
    await rm(join(root, 'a'));

    expect(await store.head('a')).toBeUndefined();
    expect(await store.putIfAbsent('a', next)).toBe(true);
    expect(await store.get('a')).toEqual(next);
  });
});

test('an altered file: the message says how to accept it', async () => {
  await store.put('a', bytesOf('good'));
  await writeFile(join(root, 'a'), 'evil');

  await expect(store.get('a')).rejects.toMatchObject({
    message: `a in ${root} was changed after it was written: its SHA-256 is ${sha256Hex(bytesOf('evil'))}, and ${sha256Hex(bytesOf('good'))} was recorded. Delete it and run the step that writes it again; to accept the file as it is, delete ${sidecar('a')}.`,
  });
  await rm(sidecar('a'));
  expect(await store.get('a')).toEqual(bytesOf('evil'));
});

test.each(['.store', '.store/tmp/a', '.store/sha256/a', '.STORE/a'])('the key %s is refused', async (key) => {
  const refusal = { name: 'InvalidInput', message: expect.stringContaining("the store's own folder") };
  await expect(store.put(key, bytesOf('x'))).rejects.toMatchObject(refusal);
  await expect(store.get(key)).rejects.toMatchObject(refusal);
  await expect(keysOf(key)).rejects.toMatchObject(refusal);
});

test('a segment that no file system supports is refused', async () => {
  const key = 'a'.repeat(256);
  const refusal = { name: 'InvalidInput', message: expect.stringContaining('allows 255 characters') };
  await expect(store.put(key, bytesOf('x'))).rejects.toMatchObject(refusal);
  await expect(store.get(key)).rejects.toMatchObject(refusal);
});

describe('files of other processes', () => {
  const dayOldSeconds = Date.now() / 1000 - 90_000;

  test('temporary files of dead processes are removed at the first write, those of living ones stay', async () => {
    const living = newOwnedName();
    const foreign = 'another-host.1.1.recent';
    const foreignAndOld = 'another-host.1.1.old';
    await mkdir(temporaryFolder(), { recursive: true });
    for (const name of [living, deadOwnedName(), foreign, foreignAndOld]) {
      await writeFile(join(temporaryFolder(), name), 'half');
    }
    await utimes(join(temporaryFolder(), foreignAndOld), dayOldSeconds, dayOldSeconds);

    await store.put('a', bytesOf('x'));

    expect((await readdir(temporaryFolder())).sort()).toEqual([living, foreign].sort());
  });

  test.each([
    ['a dead process', deadOwnedName, []],
    ['a dead process, and the guard of one that died removing it', deadOwnedName, ['.takeover']],
  ])('the lock of %s is removed', async (_, owner, guards) => {
    await store.put('a', bytesOf('x'));
    const lock = join(root, '.store', 'locks', sha256Hex(bytesOf('a')));
    for (const suffix of ['', ...guards]) await writeFile(`${lock}${suffix}`, owner());

    const results = await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        store.putIfUnchanged('a', bytesOf(`y${writer}`), sha256Hex(bytesOf('x'))),
      ),
    );

    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await readdir(join(root, '.store', 'locks'))).toEqual([]);
  });

  test('the lock of a living process is waited for, and named in the error', async () => {
    const lock = join(root, '.store', 'locks', sha256Hex(bytesOf('a')));
    await mkdir(join(lock, '..'), { recursive: true });
    await writeFile(lock, newOwnedName());
    const realNow = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() * 1_000);
    try {
      await expect(store.put('a', bytesOf('x'))).rejects.toMatchObject({
        name: 'StoreUnavailable',
        message: expect.stringMatching(
          new RegExp(`^a in .* locked for more than 30 s by process ${process.pid} on .* delete ${lock}`),
        ),
      });
    } finally {
      clock.mockRestore();
    }
    expect(await readdir(temporaryFolder())).toEqual([]);

    const waiting = store.put('a', bytesOf('x'));
    setTimeout(() => void rm(lock), 60);
    await waiting;
    expect(await store.get('a')).toEqual(bytesOf('x'));
  });
});

test('an owner is gone when its process is dead or its pid was reused', () => {
  const mine = newOwnedName();
  expect(isOwnerGone(mine)).toBe(false);
  expect(isOwnerGone(deadOwnedName())).toBe(true);
  expect(isOwnerGone('another-host.1.1.x')).toBe(false);
  expect(isOwnerGone('no owned name')).toBe(false);
  const [host, pid, start] = mine.split('.');
  // Only Linux provides the start time of a process.
  expect(isOwnerGone(`${host}.${pid}.${Number(start) + 1}.x`)).toBe(process.platform === 'linux');
});

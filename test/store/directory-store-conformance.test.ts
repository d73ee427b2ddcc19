import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';
import { describeObjectStore } from '../support/object-store-conformance';
import { describeRemovingStore } from '../support/removing-store-conformance';
import { useScratchFolder } from '../support/scratch-folder';

describeObjectStore('DirectoryStore', async () => {
  const around = await mkdtemp(join(tmpdir(), 'directory-store-'));
  const root = join(around, 'parent', 'store');
  await mkdir(root, { recursive: true });
  return {
    store: new DirectoryStore(root),
    tamper: (key, body) => writeFile(join(root, key), body),
    listEscaped: async () => {
      const paths = await readdir(around, { recursive: true });
      return paths.filter((path) => path !== 'parent' && !/^parent\/store(\/|$)/.test(path));
    },
    cleanUp: () => rm(around, { recursive: true }),
  };
});

const scratch = useScratchFolder();
describeRemovingStore(
  'DirectoryStore',
  async () => new DirectoryStore(await mkdtemp(join(scratch, 'store-'))),
);

test('with an object go its checksum and the folders that become empty', async () => {
  const root = await mkdtemp(join(scratch, 'store-'));
  const store = new DirectoryStore(root);
  await store.put('a/b/c', new Uint8Array(1));
  await store.put('a/d', new Uint8Array(1));
  await store.remove('a/b/c');
  expect((await readdir(root)).sort()).toEqual(['.store', 'a']);
  expect(await readdir(join(root, 'a'))).toEqual(['d']);
  expect(await readdir(join(root, '.store/sha256/a'))).toEqual(['d']);
  await store.remove('a/d');
  expect(await readdir(root)).toEqual(['.store']);
  expect(await readdir(join(root, '.store/sha256'))).toEqual([]);
});

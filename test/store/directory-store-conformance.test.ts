import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';
import { describeObjectStore } from '../support/object-store-conformance';

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

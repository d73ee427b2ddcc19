import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSources } from '../../scripts/hash-sources';
import { useScratchFolder } from '../support/scratch-folder';

const project = useScratchFolder();
const at = (path: string) => join(project, path);
const hash = () => hashSources(project, ['lib', 'package.json', 'absent']);

beforeEach(() => {
  rmSync(at('lib'), { recursive: true, force: true });
  mkdirSync(at('lib/store'), { recursive: true });
  for (const file of ['lib/a.ts', 'lib/store/b.ts', 'package.json']) {
    writeFileSync(at(file), 'one');
    utimesSync(at(file), 1_000, 1_000);
  }
});

test('the same sources have the same hash', () => {
  expect(hash()).toBe(hash());
  expect(hash()).toMatch(/^[0-9a-f]{32}$/);
});

test.each<[string, () => void]>([
  ['changed', () => writeFileSync(at('lib/store/b.ts'), 'two')],
  ['replaced by an older one of the same size', () => utimesSync(at('lib/a.ts'), 500, 500)],
  ['removed', () => rmSync(at('lib/a.ts'))],
  ['added', () => writeFileSync(at('lib/c.ts'), 'one')],
  ['renamed', () => renameSync(at('lib/a.ts'), at('lib/z.ts'))],
])('a file that is %s changes the hash', (_, change) => {
  const before = hash();
  change();

  expect(hash()).not.toBe(before);
});

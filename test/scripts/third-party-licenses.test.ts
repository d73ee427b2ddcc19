import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectLicenses } from '../../scripts/third-party-licenses';
import { useScratchFolder } from '../support/scratch-folder';

const project = useScratchFolder();

function addPackage(folder: string, name: string, files: Readonly<Record<string, string>> = {}) {
  mkdirSync(join(project, folder), { recursive: true });
  const description = JSON.stringify({ name, version: '1.2.3', license: 'MIT' });
  for (const [file, text] of Object.entries({ 'package.json': description, ...files })) {
    writeFileSync(join(project, folder, file), text);
  }
}

test('every package of a bundle is named, and each text occurs once', () => {
  addPackage('node_modules/a', 'a', { LICENSE: 'Permission is granted' });
  addPackage('node_modules/@scope/b', '@scope/b', { 'license.md': 'Permission is granted' });
  addPackage('node_modules/a/node_modules/c', 'c', { LICENSE: 'Other terms', NOTICE: 'Made by C' });
  addPackage('node_modules/d', 'd');

  const text = collectLicenses(project, [
    'lib/ours.ts',
    'node_modules/a/index.js',
    'node_modules/a/other.js',
    'node_modules/@scope/b/dist/b.js',
    'node_modules/a/node_modules/c/c.js',
    'node_modules/d/d.js',
    '(disabled):node_modules/e/e.js',
  ]);

  expect(text).toContain('@scope/b 1.2.3 (MIT)\na 1.2.3 (MIT)\n\nPermission is granted');
  expect(text.split('Permission is granted')).toHaveLength(2);
  expect(text).toContain('c 1.2.3 (MIT)\n\nOther terms\n\nMade by C');
  expect(text).toContain('d 1.2.3 (MIT)\n\nThese packages contain no license text and state MIT');
  expect(text).not.toContain('ours');
});

test('a file of ours with data of others comes with their license', () => {
  addPackage('node_modules/f', 'f', { LICENSE: 'Terms of f' });
  mkdirSync(join(project, 'lib'));
  writeFileSync(join(project, 'lib/numbers.ts.license'), 'Terms of the numbers');
  const text = collectLicenses(project, ['lib/ours.ts', 'lib/numbers.ts', 'node_modules/f/f.js']);
  expect(text).toMatch(/Terms of f\n\n-+\n\nTerms of the numbers\n$/);
  expect(collectLicenses(project, ['lib/ours.ts', 'node_modules/f/f.js'])).not.toContain('numbers');
});

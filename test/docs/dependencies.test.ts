import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeIn, project, readPage, tableRowsOf } from './pages';

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const installed = [...Object.keys(dependencies), ...Object.keys(devDependencies)].filter(
  (name) => !name.startsWith('@types/'),
);
const documented = tableRowsOf(readPage('docs/decisions/0001-dependencies.md')).flatMap(([cell]) =>
  codeIn(cell!),
);

test('every package in package.json has a reason in decision 1', () => {
  expect(installed.filter((name) => !documented.includes(name))).toEqual([]);
});

test('decision 1 has no package that is gone, and none twice', () => {
  expect(documented.filter((name) => !installed.includes(name))).toEqual([]);
  expect([...new Set(documented)]).toEqual(documented);
});

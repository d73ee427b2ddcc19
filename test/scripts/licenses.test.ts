import { groupByLicense, isAllowed } from '../../scripts/licenses';
import { readLockedPackages } from '../../scripts/package-lock';

test.each([
  ['MIT', true],
  ['GPL-3.0-or-later', false],
  ['AGPL-3.0-only', false],
  ['UNLICENSED', false],
  ['SEE LICENSE IN LICENSE.txt', false],
  ['', false],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['GPL-2.0-only OR MIT', true],
  ['MIT AND GPL-3.0-only', false],
  ['(BSD-3-Clause AND Apache-2.0)', true],
  // AND has the higher precedence, so MIT can be chosen.
  ['GPL-3.0-only AND Apache-2.0 OR MIT', true],
  ['GPL-3.0-only AND (Apache-2.0 OR MIT)', false],
  ['(MIT', false],
  ['MIT OR', false],
  ['MIT Apache-2.0', false],
])('the license expression "%s" is allowed: %p', (expression, expected) => {
  expect(isAllowed(expression)).toBe(expected);
});

const locked = (name: string, license?: string) => ({
  ...{ name, path: `node_modules/${name}`, version: '1.0.0', inBundle: false, dev: false },
  ...(license === undefined ? {} : { license }),
});

test('a package without a license, or with an unknown license text, is found', () => {
  const packages = [
    locked('good', 'MIT'),
    locked('bare'),
    locked('own', 'SEE LICENSE IN LICENSE.txt'),
    locked('h5wasm', 'SEE LICENSE IN LICENSE.txt'),
  ];
  const refused = groupByLicense(packages).filter((use) => !use.isAllowed);
  expect(refused.flatMap((use) => use.packages).sort()).toEqual(['bare@1.0.0', 'own@1.0.0']);
});

test('every locked package has an allowed license', () => {
  const uses = groupByLicense(readLockedPackages());
  expect(uses.filter((use) => !use.isAllowed)).toEqual([]);
  expect(uses.flatMap(({ packages }) => packages).length).toBeGreaterThan(100);
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readLockedPackages } from '../../scripts/package-lock';

const packages = readLockedPackages();

/** `npm ci` gets a package without an address from the configured registry. */
const registry = 'https://registry.npmjs.org/';

test('every locked package has a SHA-512, its own or that of the package it comes in', () => {
  const hashed = new Set(
    packages.filter(({ integrity }) => integrity?.startsWith('sha512-')).map(({ path }) => path),
  );
  const bare = packages.filter(({ path, inBundle }) => {
    const around = path.slice(0, path.lastIndexOf('/node_modules/'));
    return !hashed.has(path) && !(inBundle && hashed.has(around));
  });
  expect(bare).toEqual([]);
});

test('every locked package comes from one registry', () => {
  const elsewhere = packages.filter(({ resolved = registry }) => !resolved.startsWith(registry));
  expect(elsewhere).toEqual([]);
});

test('no version in package.json is a range, an address or a tag', () => {
  const { dependencies, devDependencies } = require('../../package.json') as Record<
    string,
    Record<string, string>
  >;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('the SBOM names every locked package with its version', () => {
  const script = (require('../../package.json') as { scripts: Record<string, string> }).scripts['sbom']!;
  const [npm, ...parameters] = script.split(' ');
  const output = execFileSync(npm!, [...parameters, '--offline'], {
    cwd: join(__dirname, '..', '..'),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const { bomFormat, components } = JSON.parse(output) as {
    bomFormat: string;
    components: { purl: string }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const sorted = (entries: readonly string[]) => [...new Set(entries)].sort();
  const named = sorted(components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', ''))));
  const locked = sorted(packages.map(({ name, version }) => `${name}@${version}`));
  expect(named).toEqual(locked);
});

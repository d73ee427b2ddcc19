import type { LockedPackage } from './package-lock';

/** Permissive licenses, file-level copyleft (MPL-2.0), and licenses of fonts and data. */
const allowedLicenses = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
]);

/** Packages with a custom license text, by name and exactly as they state it; each was read. */
const readLicenses: ReadonlyMap<string, string> = new Map([
  // NIST's public-domain-like terms, and HDF5's, which is BSD-3-Clause with the acknowledgement of its authors.
  ['h5wasm', 'SEE LICENSE IN LICENSE.txt'],
]);

/**
 * Whether an SPDX expression is allowed: for `OR` one side must be allowed, for `AND` both. `AND` has the higher
 * precedence; parentheses group. https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions
 */
export function isAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let position = 0;
  const takeIf = (token: string) => {
    if (tokens[position] !== token) return false;
    position += 1;
    return true;
  };
  const single = (): boolean => {
    if (!takeIf('(')) {
      const license = tokens[position];
      position += 1;
      return license !== undefined && allowedLicenses.has(license);
    }
    const inner = either();
    return takeIf(')') && inner;
  };
  const both = (): boolean => {
    let allowed = single();
    while (takeIf('AND')) allowed = single() && allowed;
    return allowed;
  };
  const either = (): boolean => {
    let allowed = both();
    while (takeIf('OR')) allowed = both() || allowed;
    return allowed;
  };
  const allowed = either();
  return allowed && position === tokens.length;
}

export interface LicenseUse {
  readonly license: string;
  readonly isAllowed: boolean;
  /** `name@version`, sorted. */
  readonly packages: readonly string[];
}

/** By license, the most used first. */
export function groupByLicense(packages: readonly LockedPackage[]): LicenseUse[] {
  const groups = new Map<string, { isAllowed: boolean; packages: string[] }>();
  for (const { name, version, license = 'none stated' } of packages) {
    const wasRead = readLicenses.get(name) === license;
    const key = wasRead ? `${license} (${name}, read)` : license;
    const group = groups.get(key) ?? { isAllowed: wasRead || isAllowed(license), packages: [] };
    group.packages.push(`${name}@${version}`);
    groups.set(key, group);
  }
  return [...groups]
    .map(([license, group]) => ({ license, ...group, packages: [...new Set(group.packages)].sort() }))
    .sort((left, right) => right.packages.length - left.packages.length);
}

import { groupByLicense } from './licenses';
import { readLockedPackages } from './package-lock';

/** Prints every locked package under its license; ends with 1 where one is not on the list of scripts/licenses.ts. */
const uses = groupByLicense(readLockedPackages());
for (const { license, isAllowed, packages } of uses) {
  console.log(`${isAllowed ? '' : 'NOT ALLOWED: '}${license} (${packages.length})`);
  console.log(`  ${packages.join('  ')}\n`);
}
const refused = uses.filter(({ isAllowed }) => !isAllowed);
const count = uses.reduce((sum, { packages }) => sum + packages.length, 0);
console.log(
  refused.length === 0
    ? `${count} packages, each under a license that is allowed.`
    : `Not allowed: ${refused.flatMap(({ packages }) => packages).join(', ')}. Take another package, or read its license and add it to scripts/licenses.ts with the reason.`,
);
process.exitCode = refused.length === 0 ? 0 : 1;

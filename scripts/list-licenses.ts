import { groupByLicense } from './licenses';
import { readLockedPackages } from './package-lock';

/** Prints all locked packages by license; the exit code is 1 if scripts/licenses.ts does not allow one. */
const uses = groupByLicense(readLockedPackages());
for (const { license, isAllowed, packages } of uses) {
  console.log(`${isAllowed ? '' : 'NOT ALLOWED: '}${license} (${packages.length})`);
  console.log(`  ${packages.join('  ')}\n`);
}
const refused = uses.filter(({ isAllowed }) => !isAllowed);
const count = uses.reduce((sum, { packages }) => sum + packages.length, 0);
console.log(
  refused.length === 0
    ? `${count} packages, all with allowed licenses.`
    : `Not allowed: ${refused.flatMap(({ packages }) => packages).join(', ')}. Use another package, or read its license and add it to scripts/licenses.ts with the reason.`,
);
process.exitCode = refused.length === 0 ? 0 : 1;

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const entrySchema = z.object({
  /** Present if it differs from the folder's name, which is an alias then. */
  name: z.string().optional(),
  version: z.string(),
  /** An SPDX expression, as the package itself states it. */
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  /** Bundled in the package around it, whose hash covers it. */
  inBundle: z.boolean().default(false),
  dev: z.boolean().default(false),
});
const lockSchema = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entrySchema) });

export interface LockedPackage extends Omit<z.infer<typeof entrySchema>, 'name'> {
  readonly name: string;
  /** Its path in the repository: `node_modules/a/node_modules/b`. */
  readonly path: string;
}

/** Every package that `npm ci` may install on any platform, without the project itself. */
export function readLockedPackages(
  file = join(__dirname, '..', 'package-lock.json'),
): readonly LockedPackage[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ ...entry, path, name: entry.name ?? path.split('node_modules/').at(-1)! }));
}

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The path of a file that comes with a package, such as `node-api-headers/include/node_api.h`. What is built has no
 * packages: scripts/build.js puts these files beside the program, under their last names.
 */
export function packageFile(file: string): string {
  const besideProgram = join(__dirname, basename(file));
  return existsSync(besideProgram) ? besideProgram : require.resolve(file);
}

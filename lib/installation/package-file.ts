import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The path of a file that comes with a package, such as `node-api-headers/include/node_api.h`. A build has no
 * packages: scripts/build.js copies these files into the folder of the program, under their base names.
 */
export function packageFile(file: string): string {
  const besideProgram = join(__dirname, basename(file));
  return existsSync(besideProgram) ? besideProgram : require.resolve(file);
}

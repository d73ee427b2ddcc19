import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The arguments of Node.js to run another program of this project: the built one in the same folder, or the TypeScript
 * where this runs from sources.
 *
 * @param source - its path without the extension, such as `join(__dirname, 'native-self-test')`.
 */
export function ownProgram(source: string): string[] {
  const built = join(__dirname, `${basename(source)}.mjs`);
  return existsSync(built) ? [built] : ['--require', require.resolve('tsx/cjs'), `${source}.ts`];
}

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * What to give Node.js to run another program of this project: the built one beside this file, or where this runs from
 * sources, the TypeScript.
 *
 * @param source - its path without the extension, such as `join(__dirname, 'native-self-test')`.
 */
export function ownProgram(source: string): string[] {
  const built = join(__dirname, `${basename(source)}.mjs`);
  return existsSync(built) ? [built] : ['--require', require.resolve('tsx/cjs'), `${source}.ts`];
}

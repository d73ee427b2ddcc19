import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The page's programme with TensorFlow.js inside, as one classic script.
 *
 * Modules before main, or the side effects of TensorFlow.js' modules are dropped.
 */
export async function buildApp(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'browser', 'app.ts')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    mainFields: ['browser', 'module', 'main'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

import { join } from 'node:path';
import { build } from 'esbuild';

let app: Promise<Uint8Array> | undefined;

/**
 * The page's programme with TensorFlow.js inside, as one classic script: the same bytes wherever it is built. It is
 * built once a process.
 */
export function buildApp(): Promise<Uint8Array> {
  app ??= bundleApp();
  return app;
}

async function bundleApp(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'browser', 'app.ts')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // Modules before main, or the side effects of TensorFlow.js' modules are dropped.
    mainFields: ['browser', 'module', 'main'],
    // Not the files beside the sources: the training image has none of them.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

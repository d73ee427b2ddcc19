// @ts-check
// Plain JavaScript: scripts/build.js, which makes the rest run, calls it too.
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/**
 * The page's program with TensorFlow.js inside, as one classic script: the same bytes wherever it is built.
 *
 * @returns {{ code: Uint8Array, inputs: string[] }} the script, and the files it is made from, by their paths in the
 *   repository.
 */
function bundleApp() {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: join(__dirname, '..', '..'),
    entryPoints: [join(__dirname, 'browser', 'app.ts')],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // Modules before main, or the side effects of TensorFlow.js' modules are dropped.
    mainFields: ['browser', 'module', 'main'],
    // Not the files beside the sources: a copy of the sources alone has none of them.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('esbuild made no script of the try-it page.');
  return { code: script.contents, inputs: Object.keys(metafile.inputs) };
}

module.exports = { bundleApp };

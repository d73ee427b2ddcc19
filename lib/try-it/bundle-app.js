// @ts-check
// Plain JavaScript, because scripts/build.js calls it too.
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/**
 * The page's script with TensorFlow.js and its WASM inside, as one classic script. Every build has the same bytes.
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
    // TensorFlow.js' WASM files become byte arrays in the script.
    loader: { '.wasm': 'binary' },
    // In this order, because `main` first would drop the side effects of TensorFlow.js' modules.
    mainFields: ['browser', 'module', 'main'],
    // Ignore tsconfig.json: a copy of lib/ alone does not have it.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('esbuild made no script of the try-it page.');
  return { code: script.contents, inputs: Object.keys(metafile.inputs) };
}

module.exports = { bundleApp };

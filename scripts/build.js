// @ts-check
// Plain JavaScript, because the launcher runs it without a compiler.
const { execFileSync } = require('node:child_process');
const { copyFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { buildSync } = require('esbuild');
const { dependencies } = require('../package.json');
const { bundleApp } = require('../lib/try-it/bundle-app');
const { hashSources } = require('./hash-sources');
const { collectLicenses } = require('./third-party-licenses');

const projectFolder = join(__dirname, '..');
const cacheFolder = join(projectFolder, 'node_modules', '.cache', 'mnist-pipeline');
/** Inputs of a build. */
const sources = ['cli', 'functions', 'lib', 'scripts', 'package.json', 'node_modules/.package-lock.json'];
const keptMilliseconds = 7 * 86_400_000;

/** By their names in the build. */
const programs = {
  main: 'cli/main.ts',
  'native-self-test': 'lib/native-setup/native-self-test.ts',
  'rasterizer-program': 'lib/report/rasterizer-program.ts',
  'augmentation-program': 'lib/training/batches/augmentation-program.ts',
  'shard-program': 'lib/training/batches/shard-program.ts',
  'trial-program': 'lib/pipeline/sweep/trial-program.ts',
  'prepare-native': 'functions/train/prepare-native.ts',
  train: 'functions/train/main.ts',
};

/** Files that the programs read from their own folder, by `packageFile` or `__dirname`. */
const packageFiles = [
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  '@resvg/resvg-wasm/index_bg.wasm',
  '@fontsource/inter/files/inter-latin-400-normal.woff2',
  '@fontsource/inter/files/inter-latin-600-normal.woff2',
  ...listFolder('@tensorflow/tfjs-node/binding'),
  ...listFolder('node-api-headers/include'),
].map((file) => join('node_modules', file));
const ownFiles = [
  'lib/export/probe-hdf5.mjs',
  'lib/native-setup/quieten-log.cc',
  'lib/native-setup/require-cuda.cc',
];

/** @param {string} folder - in node_modules */
function listFolder(folder) {
  return readdirSync(join(projectFolder, 'node_modules', folder)).map((name) => `${folder}/${name}`);
}

/**
 * Bundles the programs with all packages but those of package.json's `dependencies`.
 *
 * @param {string} folder
 * @param {{ isMinified: boolean, write?: boolean }} options
 */
function bundlePrograms(folder, { isMinified, write = true }) {
  return buildSync({
    absWorkingDir: projectFolder,
    entryPoints: programs,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write,
    // Each command is a separate file, loaded when the command is called.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // In this order; otherwise the side effects of TensorFlow.js' modules are dropped.
    mainFields: ['module', 'main'],
    alias: { '@tensorflow/tfjs': join(projectFolder, 'lib/tensorflow/tfjs-union.ts') },
    external: [...Object.keys(dependencies), 'esbuild'],
    charset: 'utf8',
    // Identifiers are kept, so that stack traces are readable.
    minifyWhitespace: isMinified,
    minifySyntax: isMinified,
    sourcemap: !isMinified,
    sourcesContent: false,
    banner: {
      js: [
        "import { createRequire as createRequireOfNode } from 'node:module';",
        'const require = createRequireOfNode(import.meta.url);',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join(''),
    },
    logLevel: 'warning',
    logOverride: { 'require-resolve-not-external': 'silent' },
    metafile: true,
  }).metafile;
}

/**
 * Builds the programs and copies the files that they read.
 *
 * @param {string} folder - replaced if it exists.
 * @param {{ isMinified: boolean }} options - for the package; a build for this machine has source maps instead.
 */
function build(folder, options) {
  rmSync(folder, { recursive: true, force: true });
  const { inputs } = bundlePrograms(folder, options);
  for (const file of [...packageFiles, ...ownFiles]) {
    copyFileSync(join(projectFolder, file), join(folder, basename(file)));
  }
  writeFileSync(
    join(folder, 'run-config.schema.json'),
    execFileSync(process.execPath, [join(folder, 'main.mjs'), 'schema']),
  );
  const app = bundleApp();
  writeFileSync(join(folder, 'try-it-app.js'), app.code);
  const bundled = [...Object.keys(inputs), ...app.inputs, ...packageFiles];
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), collectLicenses(projectFolder, bundled));
}

/**
 * Finds or makes the build of the current sources.
 *
 * A build's folder is named after its sources and never changed, because a running program may load its parts hours later.
 *
 * @returns {string} its folder
 */
function buildIfChanged() {
  const folder = join(cacheFolder, hashSources(projectFolder, sources));
  if (isThere(folder)) return folder;
  if (process.stderr.isTTY)
    process.stderr.write('Building the program, once after each change of its sources\n');
  const own = `${folder}.${process.pid}`;
  build(own, { isMinified: false });
  try {
    renameSync(own, folder);
  } catch (error) {
    // Another process finished at the same time.
    if (!isThere(folder)) throw error;
    rmSync(own, { recursive: true });
  }
  for (const name of readdirSync(cacheFolder)) {
    const path = join(cacheFolder, name);
    const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    const isOld = Date.now() - mtimeMs > keptMilliseconds;
    if (isOld) rmSync(path, { recursive: true, force: true });
  }
  return folder;
}

/** @param {string} path */
function isThere(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

module.exports = { build, buildIfChanged, bundlePrograms };

if (require.main === module) build(join(projectFolder, 'dist'), { isMinified: true });

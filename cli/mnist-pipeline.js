#!/usr/bin/env node
// Plain JavaScript, so that even a Node that is too old or too new gets a sentence instead of a stack trace.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const [major, minor] = process.versions.node.split('.').map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12))) {
  console.error(
    `mnist-pipeline needs Node 20 (20.19 or newer) or Node 22 (22.12 or newer); this is Node ${process.versions.node}. ` +
      'The TensorFlow.js binding breaks on Node 23 and later. Install Node 22 and run the command again.',
  );
  process.exit(2);
}
import(pathToFileURL(join(findProgram(), 'main.mjs')).href);

/** The package has it built; a clone of the repository builds it after each change. */
function findProgram() {
  const buildScript = join(__dirname, '..', 'scripts', 'build.js');
  if (!existsSync(buildScript)) return join(__dirname, '..', 'dist');
  try {
    return require(buildScript).buildIfChanged();
  } catch (error) {
    console.error(
      `mnist-pipeline cannot be built: ${error.message}\nRun "npm ci" in ${join(__dirname, '..')}.`,
    );
    return process.exit(2);
  }
}

#!/usr/bin/env node
// Plain JavaScript, so that even a Node that is too old or too new gets a sentence instead of a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12))) {
  console.error(
    `mnist-pipeline needs Node 20 (20.19 or newer) or Node 22 (22.12 or newer); this is Node ${process.versions.node}. ` +
      'The TensorFlow.js binding breaks on Node 23 and later. Install Node 22 and run the command again.',
  );
  process.exit(2);
}
require('tsx/cjs');
require('./main.ts');

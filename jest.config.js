/** These packages ship ES modules only; Node loads them as they are, jest has to have them transformed. */
const esModulesOnly = [
  'd3-[a-z-]+',
  'internmap',
  'fast-png',
  'iobuffer',
  'fast-check',
  'pure-rand',
  'h5wasm',
  'agent-base',
  'https?-proxy-agent',
  'proxy-agent-negotiate',
  'proxy-from-env',
];

// Node 20 is supported until the SDK versions of 2027, and these are older; one line a test file hides real warnings.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Some tests train for real: on a busy machine that takes longer than jest's five seconds.
  testTimeout: 60_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // The slower tiers need peers, an emulator or a browser; .ci/run starts each by its own script.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/(native|faults|load|templates|package|reference|browser|e2e)/',
  ],
  // Its package.json names no file for `require`, which is what jest makes of every import.
  moduleNameMapper: { '^h5wasm$': '<rootDir>/node_modules/h5wasm/dist/esm/hdf5_hl.js' },
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
};

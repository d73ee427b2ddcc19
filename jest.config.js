/** These packages have ES modules only. Node loads them directly, jest has to transform them. */
const esModulesOnly = [
  'd3-[a-z-]+',
  'internmap',
  'fast-png',
  'iobuffer',
  'hyparquet',
  'fast-check',
  'pure-rand',
  'h5wasm',
  'agent-base',
  'https?-proxy-agent',
  'proxy-agent-negotiate',
  'proxy-from-env',
];

// These SDK versions support Node 20. Their warning about 2027 in each test file would hide real warnings.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // jest leaves one core unused, which is half of a machine with two.
  maxWorkers: '100%',
  // Some tests train for real: on a busy machine that takes longer than jest's five seconds.
  testTimeout: 60_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // The slower tiers need reference implementations, an emulator or a browser. .ci/run starts each by its own script.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/(native|faults|load|templates|package|reference|browser|e2e)/',
  ],
  // Jest turns every import into a `require`, and the package.json of this package has no file for `require`.
  moduleNameMapper: { '^h5wasm$': '<rootDir>/node_modules/h5wasm/dist/esm/hdf5_hl.js' },
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // Tests run in a context of node:vm, in which each look-up of a global is slow: with these as parameters of each module,
  // the tests of report pages take an eighth of the time. A module that declares such a name itself could not be loaded.
  sandboxInjectedGlobals: [
    ...['Math', 'Number', 'Array', 'Object', 'Symbol', 'JSON', 'ArrayBuffer', 'DataView'],
    ...['Uint8Array', 'Int32Array', 'Float32Array', 'Float64Array'],
  ],
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
};

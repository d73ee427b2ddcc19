/** The tiers that install reference implementations, a native library, an emulator or a browser, one folder each. */
module.exports = {
  ...require('./jest.config.js'),
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
  maxWorkers: 1,
};

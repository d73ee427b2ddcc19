/** The tiers that install peers, a native library, an emulator or a browser; each npm script names its folder. */
module.exports = {
  ...require('./jest.config.js'),
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
  maxWorkers: 1,
};

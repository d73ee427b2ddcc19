/** Most of these tests wait for Python, so two run at once. */
module.exports = {
  ...require('../../jest.slow.config.js'),
  rootDir: '../..',
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/reference/install.ts',
};

/** What the tests of native TensorFlow compute on: `npm run test:gpu` runs them on a GPU. */
export const testedDevice = process.env['MNIST_PIPELINE_TESTED_DEVICE'] === 'gpu' ? 'gpu' : 'cpu';

/**
 * The one door to native TensorFlow: everything else imports `@tensorflow/tfjs-core` and runs without it.
 * `prepareNativeTensorFlow` must have said that it is available. Registers the backend `tensorflow`.
 */
export function loadTfjsNode(): typeof import('@tensorflow/tfjs-node') {
  // 3: errors only. The library greets every process with a paragraph about its build otherwise.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  return require('@tensorflow/tfjs-node');
}

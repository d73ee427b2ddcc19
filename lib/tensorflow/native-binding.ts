export function loadTfjsNode(): typeof import('@tensorflow/tfjs-node') {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return require('@tensorflow/tfjs-node');
}

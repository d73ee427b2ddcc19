import { version_layers as tfjsVersion } from '@tensorflow/tfjs-layers';
import type { DatasetManifest } from '../contracts/dataset';

/** How to load the model in each ecosystem; every block is a whole programme, to be run in the model's folder. */
export function describeUse(runId: string, { imageShape }: Pick<DatasetManifest, 'imageShape'>): string {
  const shape = imageShape.join(', ');
  const images = `images = np.zeros((1, ${shape}), "float32")  # yours, in [0, 1]`;
  return [
    'Each of these is a whole programme, to be run in the folder of this file.',

    '### Keras 3: `model.keras` (or `model.h5`)',
    code('python', [
      'import keras',
      'import numpy as np',
      '',
      'model = keras.models.load_model("model.keras")',
      images,
      'print(model.predict(images).argmax(axis=1))',
    ]),
    'It comes compiled: `model.evaluate` works, and `model.fit` goes on training with fresh Adam moments.',

    '### Keras 2: `model.h5`',
    code('python', [
      'import numpy as np',
      'import tf_keras',
      '',
      'model = tf_keras.models.load_model("model.h5")',
      images,
      'print(model.predict(images).argmax(axis=1))',
    ]),

    '### ONNX Runtime: `model.onnx`',
    code('python', [
      'import numpy as np',
      'import onnxruntime',
      '',
      'session = onnxruntime.InferenceSession("model.onnx")',
      images,
      '(probabilities,) = session.run(["probabilities"], {"images": images})',
      'print(probabilities.argmax(axis=1))',
    ]),
    'In Node (`npm install onnxruntime-node`; `onnxruntime-web` has the same interface in a browser):',
    code('js', [
      "const { InferenceSession, Tensor } = require('onnxruntime-node');",
      '',
      'async function main() {',
      "  const session = await InferenceSession.create('model.onnx');",
      `  const pixels = new Float32Array(${imageShape.join(' * ')}); // yours, in [0, 1]`,
      `  const images = new Tensor('float32', pixels, [1, ${shape}]);`,
      '  const { probabilities } = await session.run({ images });',
      '  console.log(probabilities.data);',
      '}',
      'main();',
    ]),

    '### A browser: `model.json` and `weights.bin`',
    'Serve the folder (`npx http-server`) and open a page with:',
    code('html', [
      `<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@${tfjsVersion}/dist/tf.min.js"></script>`,
      '<script type="module">',
      "  const model = await tf.loadLayersModel('model.json');",
      `  const images = tf.zeros([1, ${shape}]); // yours, in [0, 1]`,
      '  console.log(await model.predict(images).data());',
      '</script>',
    ]),

    '### The weights alone: `model.safetensors`',
    code('python', [
      'from safetensors.numpy import load_file',
      '',
      'for name, array in load_file("model.safetensors").items():',
      '    print(name, array.shape)',
    ]),

    '### Here',
    code('sh', [
      `npx mnist-pipeline predict digit.png --run-id ${runId}`,
      'npx mnist-pipeline evaluate --model model.keras',
      'npx mnist-pipeline train --from model.keras --epochs 1',
    ]),
  ].join('\n\n');
}

function code(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```'].join('\n');
}

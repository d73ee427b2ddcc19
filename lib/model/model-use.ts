import { version_layers as tfjsVersion } from '@tensorflow/tfjs-layers';

/** A complete program for one ecosystem, to run in the model's folder. */
export interface UsageExample {
  /** Plain text; file names in backquotes. */
  readonly title: string;
  /** Language of the Markdown code block. */
  readonly language: 'python' | 'js' | 'html' | 'sh';
  readonly lines: readonly string[];
  /** Markdown, before the program. */
  readonly before?: string;
  /** Markdown, after the program. */
  readonly after?: string;
}

/**
 * How to load the model in each ecosystem.
 *
 * @param inputShape - of one image, without the batch.
 */
export function usageExamples(runId: string, inputShape: readonly number[]): UsageExample[] {
  const shape = inputShape.join(', ');
  const images = `images = np.zeros((1, ${shape}), "float32")  # yours, in [0, 1]`;
  return [
    {
      title: 'Keras 3: `model.keras` (or `model.h5`)',
      language: 'python',
      lines: [
        'import keras',
        'import numpy as np',
        '',
        'model = keras.models.load_model("model.keras")',
        images,
        'print(model.predict(images).argmax(axis=1))',
      ],
      after:
        'It comes compiled: `model.evaluate` works, and `model.fit` continues the training with a fresh optimizer.',
    },
    {
      title: 'Keras 2: `model.h5`',
      language: 'python',
      lines: [
        'import numpy as np',
        'import tf_keras',
        '',
        'model = tf_keras.models.load_model("model.h5")',
        images,
        'print(model.predict(images).argmax(axis=1))',
      ],
    },
    {
      title: 'ONNX Runtime in Python: `model.onnx`',
      language: 'python',
      lines: [
        'import numpy as np',
        'import onnxruntime',
        '',
        'session = onnxruntime.InferenceSession("model.onnx")',
        images,
        '(probabilities,) = session.run(["probabilities"], {"images": images})',
        'print(probabilities.argmax(axis=1))',
      ],
    },
    {
      title: 'ONNX Runtime in Node.js: `model.onnx`',
      before: 'After `npm install onnxruntime-node`; `onnxruntime-web` has the same interface in a browser.',
      language: 'js',
      lines: [
        "const { InferenceSession, Tensor } = require('onnxruntime-node');",
        '',
        'async function main() {',
        "  const session = await InferenceSession.create('model.onnx');",
        `  const pixels = new Float32Array(${inputShape.join(' * ')}); // yours, in [0, 1]`,
        `  const images = new Tensor('float32', pixels, [1, ${shape}]);`,
        '  const { probabilities } = await session.run({ images });',
        '  console.log(probabilities.data);',
        '}',
        'main();',
      ],
    },
    {
      title: 'A browser: `model.json` and `weights.bin`',
      before: 'Serve the folder (`npx http-server`) and open a page with:',
      language: 'html',
      lines: [
        `<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@${tfjsVersion}/dist/tf.min.js"></script>`,
        '<script type="module">',
        "  const model = await tf.loadLayersModel('model.json');",
        `  const images = tf.zeros([1, ${shape}]); // yours, in [0, 1]`,
        '  console.log(await model.predict(images).data());',
        '</script>',
      ],
    },
    {
      title: 'The weights alone: `model.safetensors`',
      language: 'python',
      lines: [
        'from safetensors.numpy import load_file',
        '',
        'for name, array in load_file("model.safetensors").items():',
        '    print(name, array.shape)',
      ],
    },
    {
      title: 'mnist-pipeline',
      language: 'sh',
      lines: [
        `npx mnist-pipeline predict digit.png --run-id ${runId}`,
        'npx mnist-pipeline evaluate --model model.keras',
        'npx mnist-pipeline train --from model.keras --epochs 1',
      ],
    },
  ];
}

/** The same as Markdown, for the model card. */
export function describeUse(runId: string, inputShape: readonly number[]): string {
  const blocks = usageExamples(runId, inputShape).flatMap(({ title, before, language, lines, after }) => [
    `### ${title}`,
    ...(before === undefined ? [] : [before]),
    [`\`\`\`${language}`, ...lines, '```'].join('\n'),
    ...(after === undefined ? [] : [after]),
  ]);
  return ['Each example is a complete program. Run it in the folder of this file.', ...blocks].join('\n\n');
}

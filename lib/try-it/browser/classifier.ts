import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, env, ready, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

export interface Classifier {
  /** [height, width] in pixels. */
  readonly shape: readonly [number, number];
  /** @param pixels - [height, width] in [0, 1]. @returns [classes], a softmax. */
  readonly classify: (pixels: Float32Array) => Promise<Float32Array>;
}

export async function loadClassifier(): Promise<Classifier> {
  enableProdMode();
  // Where the page is isolated from others, TensorFlow.js would ask for a third file.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('try-it/');
  if (!(await setBackend('wasm'))) throw new Error('this browser does not run WebAssembly');
  await ready();
  const model = await loadLayersModel('model/model.json');
  // [null, height, width] for the perceptron, [null, height, width, 1] for a convolution.
  const [, height, width, ...channels] = model.inputs[0]!.shape as number[];
  const shape = [height!, width!] as const;
  return {
    shape,
    classify: async (pixels) => {
      const output = tidy(() => model.predict(tensor(pixels, [1, ...shape, ...channels])) as Tensor);
      const probabilities = await output.data<'float32'>();
      output.dispose();
      return probabilities;
    },
  };
}

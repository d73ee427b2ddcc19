import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';
import { enableProdMode, env, io, ready, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../contracts/image-shape';
import type { Classifier } from '../classifier';
import type { PageModel } from '../page-data';
import { decodeBase64 } from './decode-base64';

/** The model of the page on TensorFlow.js' WASM backend. */
export async function loadClassifier({ topology, weightSpecs, weights }: PageModel): Promise<Classifier> {
  await startWasm();
  const model = await loadLayersModel(
    io.fromMemory({
      modelTopology: topology,
      weightSpecs: weightSpecs as io.WeightsManifestEntry[],
      weightData: decodeBase64(weights).buffer,
    }),
  );
  // Without a channel, with one, or with three.
  const [, height, width, ...channels] = model.inputs[0]!.shape as number[];
  const [, classes] = model.outputs[0]!.shape as number[];
  const shape: ImageShape = channels[0] === 3 ? [height!, width!, 3] : [height!, width!];
  return {
    shape,
    classes: classes!,
    classify: async (pixels, count = 1) => {
      const output = tidy(
        () => model.predict(tensor(pixels, [count, height!, width!, ...channels])) as Tensor,
      );
      const probabilities = await output.data<'float32'>();
      output.dispose();
      return probabilities;
    },
  };
}

/** The WASM files are in this script: a page that was opened from disk cannot fetch any. */
async function startWasm(): Promise<void> {
  enableProdMode();
  // Threads need a cross-origin-isolated page and a third file; one thread is fast enough.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('', true);
  env().platform.fetch = async (path) => new Response(path.includes('simd') ? simdWasm : plainWasm);
  if (!(await setBackend('wasm')))
    throw new Error('this browser does not run WebAssembly; use a current one');
  await ready();
}

import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import { prepareNativeTensorFlow } from '../tensorflow/native-setup';
import { openNativeEngine } from './native-engine';
import type { TrainingEngine } from './training-engine';
import { openWasmEngine } from './wasm-engine';

/**
 * `auto` takes native TensorFlow, preparing it on first use, and falls back to WASM with a sentence that says why.
 *
 * @throws PermanentError EngineUnavailable when `native` was asked for and cannot be had; TransientError Interrupted.
 */
export async function chooseEngine(
  choice: RunConfig['engine'],
  say: (message: string) => void,
  signal: AbortSignal,
): Promise<TrainingEngine> {
  if (choice === 'wasm') return openWasmEngine();
  const native = await prepareNativeTensorFlow(say, signal);
  if (native.available) return openNativeEngine(native.tensorflowVersion);
  if (choice === 'native') {
    throw new PermanentError(
      'EngineUnavailable',
      `Native TensorFlow cannot be used on this machine: ${native.reason}. ${native.remedy} Or train with --engine wasm, which needs nothing and takes several times as long.`,
      { evidence: { engine: choice } },
    );
  }
  say(
    `Training on WASM, which takes several times as long: native TensorFlow cannot be used here (${native.reason}). ${native.remedy}`,
  );
  return openWasmEngine();
}

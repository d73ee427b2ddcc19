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
  { engine: choice, device }: Pick<RunConfig, 'engine' | 'device'>,
  say: (message: string) => void,
  signal: AbortSignal,
): Promise<TrainingEngine> {
  if (choice === 'wasm') return openWasm(device);
  const native = await prepareNativeTensorFlow(say, signal);
  if (native.available) return openNativeEngine(native.tensorflowVersion, device);
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
  return openWasm(device);
}

function openWasm(device: RunConfig['device']): Promise<TrainingEngine> {
  if (device !== 'gpu') return openWasmEngine();
  throw new PermanentError(
    'EngineUnavailable',
    'The device "gpu" was asked for, and WASM computes on the CPU only. Leave --device out, or use native TensorFlow on a machine with an NVIDIA GPU ("mnist-pipeline doctor" says what this one has).',
  );
}

import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { installGradients, installWasmKernels } from '../../kernels/install-kernels';
import { describeMachine } from '../../tensorflow/machine-facts';
import { useWasmBackend, wasmBackendVersion } from '../../tensorflow/wasm-backend';
import type { TrainingEngine } from '../training-engine';
import { WasmSession } from './wasm-session';

/** Trains wherever Node.js runs, on one core. */
export async function openWasmEngine(): Promise<TrainingEngine> {
  await useWasmBackend();
  installGradients();
  installWasmKernels();
  return {
    environment: {
      engine: 'wasm',
      device: 'cpu',
      tensorflowVersion: wasmBackendVersion,
      tfjsVersion,
      ...describeMachine(),
    },
    use: useWasmBackend,
    openSession: (model, state, settings) => new WasmSession(model, state, settings),
  };
}

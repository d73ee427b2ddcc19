import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { describeMachine } from '../tensorflow/machine-facts';
import { useWasmBackend, wasmBackendVersion } from '../tensorflow/wasm-backend';
import type { TrainingEngine } from './training-engine';
import { WasmSession } from './wasm-session';

/** Trains anywhere Node runs, on one core. */
export async function openWasmEngine(): Promise<TrainingEngine> {
  await useWasmBackend();
  return {
    environment: {
      engine: 'wasm',
      device: 'cpu',
      tensorflowVersion: wasmBackendVersion,
      tfjsVersion,
      ...describeMachine(),
    },
    openSession: (stack, state, settings) => new WasmSession(stack, state, settings),
  };
}

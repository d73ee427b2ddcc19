import { version_wasm as wasmBackendVersion } from '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import { installFastMatMul } from './wasm-fast-matmul';

export { wasmBackendVersion };

let isFastMatMulInstalled = false;

/** Selects the WASM backend of TensorFlow.js, single-threaded and with SIMD. */
export async function useWasmBackend(): Promise<void> {
  if (getBackendIfAny() === 'wasm') return;
  enableProdMode();
  await withoutNewProcessListeners(async () => {
    await setBackend('wasm');
    await ready();
  });
  if (!isFastMatMulInstalled) installFastMatMul();
  isFastMatMulInstalled = true;
}

function getBackendIfAny(): string | undefined {
  try {
    return getBackend();
  } catch {
    // tfjs-core throws when no backend is in use yet and the one with the highest priority starts asynchronously.
    return undefined;
  }
}

/**
 * Emscripten's start-up code adds process-wide listeners that rethrow errors, which would replace our own error messages
 * and exit codes.
 */
async function withoutNewProcessListeners(start: () => Promise<void>): Promise<void> {
  const before = rethrowEvents.map((event) => new Set(process.rawListeners(event)));
  await start();
  for (const [index, event] of rethrowEvents.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]!.has(listener))
        process.removeListener(event, listener as (...args: unknown[]) => void);
    }
  }
}

const rethrowEvents = ['uncaughtException', 'unhandledRejection'] as const;

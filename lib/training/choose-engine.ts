import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import {
  isNativePrepared,
  type NativeTensorFlow,
  prepareNativeTensorFlow,
} from '../native-setup/native-setup';
import { inspectGpu } from '../tensorflow/machine-facts';
import { cpuRelease, gpuRelease, type TensorFlowRelease } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import { openNativeEngine } from './native/native-engine';
import type { TrainingEngine } from './training-engine';
import { openWasmEngine } from './wasm/wasm-engine';

export interface WantedEngine extends Pick<RunConfig, 'engine' | 'device'> {
  /** Whether convolutions are to be trained. */
  readonly isConvolutional: boolean;
}

/** Native TensorFlow and the machine, as far as the choice depends on them; tests replace it. */
export interface NativeSource {
  readonly inspectGpu: () => Promise<string | undefined>;
  readonly isPrepared: (release: TensorFlowRelease) => Promise<boolean>;
  readonly prepare: (
    release: TensorFlowRelease,
    log: (message: string) => void,
    signal: AbortSignal,
  ) => Promise<NativeTensorFlow>;
  readonly open: (
    native: NativeTensorFlow & { available: true },
    wanted: WantedEngine,
  ) => Promise<TrainingEngine>;
}

const thisMachine: NativeSource = {
  inspectGpu,
  isPrepared: (release) => isNativePrepared({ release }),
  prepare: (release, log, signal) => prepareNativeTensorFlow(log, signal, { release }),
  open: ({ tensorflowVersion, cacheFolder }, { device, isConvolutional }) =>
    openNativeEngine(tensorflowVersion, device, cacheFolder, { useOneDnn: isConvolutional }),
};

/**
 * `auto` uses native TensorFlow, which is prepared on first use, and falls back to WASM with a message about the reason.
 *
 * @throws PermanentError EngineUnavailable when `native` or the device `gpu` was requested and is not available;
 *   TransientError Interrupted.
 */
export async function chooseEngine(
  wanted: WantedEngine,
  log: (message: string) => void,
  signal: AbortSignal,
  source: NativeSource = thisMachine,
): Promise<TrainingEngine> {
  const { engine: choice, device } = wanted;
  if (choice === 'wasm') return openWasm(device);
  const gpu = await source.inspectGpu();
  if (device === 'gpu' && gpu === undefined) {
    throw new PermanentError(
      'EngineUnavailable',
      'The device "gpu" was requested, and this machine has no NVIDIA GPU with a driver. Install the driver (525 or newer), or leave out --device to train on the CPU.',
      { evidence: { engine: choice, device } },
    );
  }
  const opened = await openFirst(await listReleases(device, gpu, source), wanted, log, signal, source);
  if ('engine' in opened) {
    const { engine } = opened;
    if (gpu !== undefined && device === 'auto' && engine.environment.device === 'cpu') {
      log(`Training on the CPU: TensorFlow does not see the GPU (${gpu}). Is its driver 525 or newer?`);
    }
    return engine;
  }
  const { reason, remedy } = opened;
  if (choice === 'native' || device === 'gpu') {
    const otherwise =
      device === 'gpu'
        ? 'Or leave out --device, to train without a GPU.'
        : 'Or train with --engine wasm, which has no requirements and takes several times as long.';
    throw new PermanentError(
      'EngineUnavailable',
      `Native TensorFlow cannot be used on this machine: ${reason}. ${remedy} ${otherwise}`,
      { evidence: { engine: choice, device } },
    );
  }
  log(
    `Training on WASM, which takes several times as long: native TensorFlow cannot be used here (${reason}). ${remedy}`,
  );
  return openWasm(device);
}

type Releases = readonly [TensorFlowRelease, ...TensorFlowRelease[]];

type Opened = { readonly engine: TrainingEngine } | { readonly reason: string; readonly remedy: string };

/** The first build that can be prepared and loaded; if there is none, the reason for the last one. */
async function openFirst(
  [release, ...others]: Releases,
  wanted: WantedEngine,
  log: (message: string) => void,
  signal: AbortSignal,
  source: NativeSource,
): Promise<Opened> {
  const opened = await prepareAndOpen(release, wanted, log, signal, source);
  const [next, ...rest] = others;
  if ('engine' in opened || next === undefined) return opened;
  log(`TensorFlow's build for GPUs cannot be used here (${opened.reason}). ${opened.remedy}`);
  return openFirst([next, ...rest], wanted, log, signal, source);
}

async function prepareAndOpen(
  release: TensorFlowRelease,
  wanted: WantedEngine,
  log: (message: string) => void,
  signal: AbortSignal,
  source: NativeSource,
): Promise<Opened> {
  const native = await source.prepare(release, log, signal);
  if (!native.available) return native;
  try {
    return { engine: await source.open(native, wanted) };
  } catch (error) {
    // A prepared folder may fail to load: it may come from another machine, or be mounted with other options.
    if (error instanceof NativeUnavailable) return error;
    throw error;
  }
}

/**
 * The builds to try, best first. The GPU build also computes on the CPU, so an image needs only one build; but it is a
 * large download, so it is prepared only for a GPU.
 */
async function listReleases(
  device: RunConfig['device'],
  gpu: string | undefined,
  { isPrepared }: NativeSource,
): Promise<Releases> {
  if (device === 'gpu') return [gpuRelease];
  if (device === 'auto' && gpu !== undefined) return [gpuRelease, cpuRelease];
  const hasOnlyGpuBuild = !(await isPrepared(cpuRelease)) && (await isPrepared(gpuRelease));
  if (!hasOnlyGpuBuild) return [cpuRelease];
  return device === 'cpu' ? [gpuRelease] : [gpuRelease, cpuRelease];
}

function openWasm(device: RunConfig['device']): Promise<TrainingEngine> {
  if (device !== 'gpu') return openWasmEngine();
  throw new PermanentError(
    'EngineUnavailable',
    'The device "gpu" was requested, and WASM computes on the CPU only. Leave out --device, or use native TensorFlow on a machine with an NVIDIA GPU ("mnist-pipeline doctor" describes this machine).',
  );
}

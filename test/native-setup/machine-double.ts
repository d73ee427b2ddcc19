import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  CommandFailed,
  type CommandOptions,
  type Machine,
  throwIfInterrupted,
} from '../../lib/native-setup/machine';
import { type NativeTensorFlow, prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { sha256Hex } from '../../lib/store/sha256';
import type { TensorFlowRelease } from '../../lib/tensorflow/native-release';

export const wheelBytes = Buffer.from('a wheel');

export const tinyRelease: TensorFlowRelease = {
  package: 'tensorflow-cpu',
  version: '2.21.0',
  wheelSha256: sha256Hex(wheelBytes),
  wheelMegabytes: 1,
  cudaWheels: [],
  keptMegabytes: 650,
};

const cudaWheelBytes = Buffer.from('a wheel of CUDA');

/** With CUDA's libraries, from two more wheels. */
export const tinyGpuRelease: TensorFlowRelease = {
  ...tinyRelease,
  package: 'tensorflow',
  cudaWheels: (['nvidia-cublas-cu12', 'nvidia-cudnn-cu12'] as const).map((name) => ({
    package: name,
    version: '12.5',
    sha256: sha256Hex(cudaWheelBytes),
    megabytes: 2,
  })),
  keptMegabytes: 3940,
};

const goodAnswer =
  '{"backend":"tensorflow","tensorflowVersion":"2.21.0","product":[19,22,43,50],"findsCuda":false}\n';

export type Stage =
  | 'find python'
  | 'find pip'
  | 'find g++'
  | 'download'
  | 'unpack'
  | 'download CUDA'
  | 'unpack CUDA'
  | 'strip'
  | 'compile'
  | 'self-test';

export type Act = (parameters: readonly string[], options: CommandOptions) => Promise<string> | string;

/** Fails like a program that is not on the PATH. */
export const missing: Act = () => {
  throw new CommandFailed('it', true, null, 'spawn it ENOENT');
};

/** An act during which Ctrl-C arrives, and the signal that is aborted by it. */
export function interrupting(): { readonly act: Act; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const act: Act = () => {
    controller.abort();
    throwIfInterrupted(controller.signal);
    return '';
  };
  return { act, signal: controller.signal };
}

export function failing(output: string, signalName: string | null = null): Act {
  return () => {
    throw new CommandFailed('it', false, signalName, output);
  };
}

/** A capable machine whose programs write a few bytes instead of working; `acts` replaces some of them. */
export function makeMachine(
  cacheRoot: string,
  acts: Partial<Record<Stage, Act>> = {},
  facts: Partial<Machine> = {},
): { readonly machine: Machine; readonly stages: Stage[] } {
  const stages: Stage[] = [];
  const machine: Machine = {
    platform: 'linux-x64',
    hasGlibc: true,
    hasAvx: true,
    cacheRoot,
    measureFreeBytes: async () => 1e12,
    mayExecuteIn: async () => true,
    describe: async () => ['a machine'],
    now: () => new Date('2026-11-25T12:00:00Z'),
    run: async (command, parameters, options = {}) => {
      const stage = nameStage(command, parameters);
      stages.push(stage);
      return (acts[stage] ?? ordinaryActs[stage])(parameters, options);
    },
    ...facts,
  };
  return { machine, stages };
}

function nameStage(command: string, parameters: readonly string[]): Stage {
  if (command === process.execPath) return 'self-test';
  if (command === 'strip') return 'strip';
  if (command === 'g++') return parameters[0] === '--version' ? 'find g++' : 'compile';
  if (parameters[0] === '--version') return 'find python';
  const ofCuda = parameters.some((parameter) => parameter.includes('nvidia-')) ? (' CUDA' as const) : '';
  if (parameters[0] === '-c') return `unpack${ofCuda}`;
  return parameters[2] === '--version' ? 'find pip' : `download${ofCuda}`;
}

const ordinaryActs: Readonly<Record<Stage, Act>> = {
  'find python': () => 'Python 3.11.7\n',
  'find pip': () => 'pip 24.0\n',
  'find g++': () => 'g++ 12.2.0\n',
  download: (parameters) => {
    writeFileSync(
      join(parameters[parameters.indexOf('--dest') + 1]!, 'tensorflow_cpu-2.21.0.whl'),
      wheelBytes,
    );
    return '';
  },
  unpack: ([, , , scratch]) => {
    mkdirSync(join(scratch!, 'tensorflow', 'include'), { recursive: true });
    writeFileSync(join(scratch!, 'tensorflow', 'libtensorflow_cc.so.2'), 'the large library');
    writeFileSync(join(scratch!, 'tensorflow', 'libtensorflow_framework.so.2'), 'the small library');
    return '';
  },
  'download CUDA': (parameters) => {
    const file = `${parameters[3]!.replace(/\W/g, '_')}.whl`;
    writeFileSync(join(parameters[parameters.indexOf('--dest') + 1]!, file), cudaWheelBytes);
    return '';
  },
  'unpack CUDA': ([, , wheel, folder]) => {
    writeFileSync(join(folder!, `lib${basename(wheel!).split('_')[1]}.so.12`), 'a library of CUDA');
    return '';
  },
  strip: ([, library]) => {
    appendFileSync(library!, ', stripped');
    return '';
  },
  compile: (parameters) => {
    writeFileSync(parameters[parameters.indexOf('-o') + 1]!, 'the binding');
    return '';
  },
  'self-test': (parameters) =>
    parameters.at(-1) === 'tensorflow' ? goodAnswer.replace('false', 'true') : goodAnswer,
};

interface Outcome {
  readonly native: NativeTensorFlow;
  readonly stages: readonly Stage[];
  readonly messages: readonly string[];
}

export type PrepareArguments = [
  acts?: Parameters<typeof makeMachine>[1],
  facts?: Parameters<typeof makeMachine>[2],
  signal?: AbortSignal | undefined,
];

/** Prepares `release` below `cacheRoot` on such a machine. */
export async function prepareOn(
  cacheRoot: string,
  release: TensorFlowRelease,
  ...[acts = {}, facts = {}, signal]: PrepareArguments
): Promise<Outcome> {
  const { machine, stages } = makeMachine(cacheRoot, acts, facts);
  const messages: string[] = [];
  const native = await prepareNativeTensorFlow((message) => messages.push(message), signal, {
    release,
    machine,
  });
  return { native, stages, messages };
}

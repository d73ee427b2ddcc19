import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { preparePython } from '../support/reference-python';
import { type CandidateRun, epochSchema, wholeSchema } from './format-results';
import { idxFolder, type Job, jobSchema } from './job';
import { type NetworkName, networks } from './networks';

/** A program that trains a network in a process of its own. */
export interface Candidate {
  readonly name: string;
  /** Called once per process, so that only the candidates that run are installed. */
  readonly command: () => readonly [program: string, ...args: string[]];
  /** @default false */
  readonly compile?: boolean;
}

const scratch = mkdtempSync(join(tmpdir(), 'mnist-pipeline-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const node = (script: string) => [process.execPath, ...nodeArgs(script)] as const;
const python = (kind: Parameters<typeof preparePython>[0], script: string) =>
  [preparePython(kind), join(__dirname, script)] as const;

export const ours: Candidate = { name: 'ours', command: () => node('ours.ts') };
/** TensorFlow.js' own `model.fit`; the perceptron only. */
export const stockFit: Candidate = { name: 'stock model.fit', command: () => node('stock-fit.ts') };

/** On the CPU, each as its documentation sets it up for speed. */
export const cpuPeers = {
  keras: { name: 'Keras', command: () => python('keras', 'keras_peer.py') },
  pytorch: { name: 'PyTorch', command: () => python('peers', 'pytorch_peer.py') },
  jax: { name: 'JAX', command: () => python('peers', 'jax_peer.py') },
} as const satisfies Readonly<Record<string, Candidate>>;

/** @param device - the CPU to test the script without a GPU. */
export const gpuPeers = (device: Job['device']) => {
  const kind = device === 'gpu' ? 'gpu' : undefined;
  const keras = () => python(kind ?? 'keras', 'keras_peer.py');
  const pytorch = () => python(kind ?? 'peers', 'pytorch_peer.py');
  return {
    keras: { name: 'Keras', command: keras },
    'keras-compiled': { name: 'Keras, compiled', command: keras, compile: true },
    pytorch: { name: 'PyTorch', command: pytorch },
    'pytorch-compiled': { name: 'PyTorch, compiled', command: pytorch, compile: true },
  } as const satisfies Readonly<Record<string, Candidate>>;
};

type Size = Pick<Job, 'trainCount' | 'testCount' | 'epochs'>;

/** What a process trains, beside the network. */
export interface Conditions extends Size {
  readonly batchSize: number;
  readonly device: Job['device'];
}

export function runCandidate(
  { name, command, compile = false }: Candidate,
  network: NetworkName,
  conditions: Conditions,
): CandidateRun {
  const { inputShape, layers } = networks[network].graph;
  const modelFile = join(scratch, 'model.keras');
  const job = jobSchema.parse({ network, inputShape, layers, idxFolder, compile, modelFile, ...conditions });
  const jobFile = join(scratch, 'job.json');
  writeFileSync(jobFile, JSON.stringify(job));
  const [program, ...args] = command();
  const { error, status, signal, stdout, stderr } = spawnSync(program, [...args, jobFile], {
    encoding: 'utf8',
  });
  rmSync(modelFile, { recursive: true, force: true });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`${name} ended with ${signal ?? status}; the end of its log:\n${stderr.slice(-2000)}`);
  }
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { epochs: z.array(epochSchema).parse(lines.slice(0, -1)), ...wholeSchema.parse(lines.at(-1)) };
}

/** Arguments of Node.js to run a TypeScript file of this folder. */
export const nodeArgs = (script: string) => [
  '--require',
  require.resolve('tsx/cjs'),
  join(__dirname, script),
];

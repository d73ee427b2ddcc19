import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CaseContext } from './cases';
import { projectFolder } from './emulator-process';

export type Program = ChildProcessByStdio<null, Readable, Readable>;

/** Longer than any command of the cases. A command that hangs is killed. */
const timeoutMilliseconds = 300_000;

/** Runs the program as a user does after `npm run deploy`. */
export function startProgram({ folder }: CaseContext, parameters: readonly string[]): Program {
  return spawn(process.execPath, [join(projectFolder, 'cli', 'mnist-pipeline.js'), ...parameters], {
    env: { ...process.env, MNIST_PIPELINE_OUTPUTS: join(folder, 'outputs.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMilliseconds,
  });
}

/** @returns the exit code, `null` after a signal, and the output. */
export async function runProgram(context: CaseContext, parameters: readonly string[]) {
  const child = startProgram(context, parameters);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, output: stdout + stderr };
}

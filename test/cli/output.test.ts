import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { exitCodeFor } from '../../cli/exit-codes';
import { guardOutput } from '../../cli/output';
import { TransientError } from '../../lib/contracts/errors';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const program = join(__dirname, '../../cli/mnist-pipeline.js');

/** A command in its own process, with its output redirected. */
function start(args: readonly string[], out: number | 'pipe', err: number | 'pipe') {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', out, err] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended };
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a full disk behind standard output gives a message and exit code 2', async () => {
  const { child, ended } = start(['--help'], openSync('/dev/full', 'w'), 'pipe');
  const err = await read(child.stderr);
  expect(await ended).toBe(2);
  expect(err).toMatch(/^\nThe result could not be written to standard output: ENOSPC\. .*\n$/);
});

onLinux('a full disk behind standard error changes nothing', async () => {
  const store = join(folder, 'nowhere');
  const { child, ended } = start(['runs', '--store', store], 'pipe', openSync('/dev/full', 'w'));
  expect(await read(child.stdout)).toMatch(/^No runs in/);
  expect(await ended).toBe(0);
});

test('training continues to its end when both pipes are closed', async () => {
  const dataset = join(folder, 'digits');
  const store = join(folder, 'store');
  await writeTinyDataset(dataset);
  const settings = ['--engine', 'wasm', '--hidden', '8', '--epochs', '3', '--run-id', 'left'];
  const args = ['train', '--dataset', dataset, '--store', store, ...settings];
  const { child, ended } = start(args, 'pipe', 'pipe');
  child.stdout?.destroy();
  child.stderr?.once('data', () => child.stderr?.destroy());
  expect(await ended).toBe(0);
  expect(existsSync(join(store, 'runs/left/run.json'))).toBe(true);
}, 120_000);

test.each([
  ['EPIPE', 0, 0, ''],
  ['EPIPE', 3, 3, ''],
  ['ENOSPC', 0, 2, 'ENOSPC'],
  ['EIO', 3, 3, 'EIO'],
])('%s on standard output, after exit code %i: %i', async (code, exitCode, expected, message) => {
  const streams = { out: new PassThrough(), err: new PassThrough() };
  const finish = guardOutput(streams.out as never, streams.err as never);
  streams.out.emit('error', Object.assign(new Error(code), { code }));
  expect(await finish(exitCode)).toBe(expected);
  expect(String(streams.err.read() ?? '')).toContain(message);
});

test.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('stopped by %s: exit code %i', (signal, exitCode) => {
  expect(exitCodeFor(new TransientError('Interrupted', 'Stopped.'), signal)).toBe(exitCode);
});

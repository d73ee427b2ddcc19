import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCacheRoot } from '../../lib/tensorflow/native-release';

const requirements = join(__dirname, '../peers/requirements.txt');

/** A Python with the peers of test/peers/requirements.txt, installed on first use into the cache folder. */
export function preparePython(): string {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const folder = join(findCacheRoot(), `peers-${version}`);
  const python = join(folder, 'bin/python');
  const marker = join(folder, 'installed');
  if (!existsSync(marker)) {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    const install = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ];
    execFileSync(python, install, { stdio: 'inherit' });
    writeFileSync(marker, '');
  }
  return python;
}

/**
 * Runs a script of test/peers.
 *
 * @returns the JSON on its last line of standard output.
 */
export function runPython<Result>(script: string, args: readonly string[]): Result {
  const output = execFileSync(preparePython(), [join(__dirname, '../peers', script), ...args], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const scriptFile = join(folder, 'completion.bash');
const onUnix = process.platform === 'win32' ? test.skip : test;

const scriptFor = async (shell: string) => (await runCommand(['completion', shell])).out;

beforeAll(async () => {
  for (const runId of ['friday', 'monday'])
    mkdirSync(join(folder, 'artifacts/runs', runId), { recursive: true });
  mkdirSync(join(folder, 'elsewhere/runs/tuesday'), { recursive: true });
  writeFileSync(scriptFile, await scriptFor('bash'));
});

/** What bash offers for the last word of a command line. */
function complete(...words: readonly string[]): string[] {
  const script = `source "$0"
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _mnist_pipeline
    printf "%s\\n" "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', script, scriptFile, 'mnist-pipeline', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return out.split('\n').filter((line) => line !== '');
}

onUnix.each<[string[], string[]]>([
  [['tr'], ['train']],
  [['--v'], ['--version']],
  [['train', '--ep'], ['--epochs']],
  [['runs', '--ep'], []],
  [
    ['train', '--schedule', ''],
    ['constant', 'cosine', 'plateau', 'one-cycle'],
  ],
  [
    ['train', '--preset', 'cnn'],
    ['cnn', 'cnn-best'],
  ],
  [['runs', '--sort', 'acc'], ['accuracy']],
  [
    ['evaluate', '--scale', '0'],
    ['0..1', '0..255'],
  ],
  [['show', 'f'], ['friday']],
  [['show', 'c'], []],
  [['train', '--from', 'c'], ['completion.bash']],
  [['evaluate', 'fri'], ['friday']],
  [['compare', 'friday', 'm'], ['monday']],
  [['show', '--store', 'elsewhere', 't'], ['tuesday']],
  [['predict', 'x.png', '--run-id', 'b'], ['best']],
  [['train', '--config', 'completion'], ['completion.bash']],
  [['predict', 'completion'], ['completion.bash']],
  [['train', '--epochs', ''], []],
  [['completion', 'f'], ['fish']],
  [
    ['help', 'comp'],
    ['compare', 'completion'],
  ],
])('bash completes %j to %j', (words, expected) => {
  expect(complete(...words)).toEqual(expected);
});

test.each(['zsh', 'fish'])('the script for %s has every command and every option', async (shell) => {
  const script = await scriptFor(shell);
  const { out } = await runCommand(['help', 'train']);
  const options = [...out.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map(([, name]) => name!);
  expect(options.length).toBeGreaterThan(25);
  for (const name of [...options, 'train', 'compare', 'completion']) expect(script).toContain(name);
});

test('an unknown shell is refused', async () => {
  expect(await runCommand(['completion', 'tcsh'])).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/Allowed choices are bash, zsh, fish/),
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { preparePython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const modelFolder = join(folder, 'artifacts/runs/a-run/model');

/** The programs of one language, as users would copy them. */
function readBlocks(language: string): string[] {
  const card = readFileSync(join(modelFolder, 'README.md'), 'utf8');
  return [...card.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].filter((m) => m[1] === language).map((m) => m[2]!);
}

beforeAll(async () => {
  await writeTinyDataset(dataset);
  const { exitCode } = await runCommand([
    ...['train', '--dataset', dataset, '--store', join(folder, 'artifacts'), '--run-id', 'a-run', '--quiet'],
    ...['--engine', 'wasm', '--hidden', '8', '--epochs', '1'],
  ]);
  expect(exitCode).toBe(0);
});

test('every Python program of the model card runs unchanged', () => {
  const outputs = readBlocks('python').map((program) =>
    execFileSync(preparePython(), ['-c', program], {
      cwd: modelFolder,
      encoding: 'utf8',
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  expect(outputs).toEqual([
    expect.stringMatching(/\[\d\]\n$/),
    expect.stringMatching(/\[\d\]\n$/),
    expect.stringMatching(/^\[\d\]\n$/),
    'dense_1.kernel (36, 8)\ndense_1.bias (8,)\nprobabilities.kernel (8, 10)\nprobabilities.bias (10,)\n',
  ]);
});

test('the Node.js program of the model card runs unchanged', () => {
  const [program] = readBlocks('js');
  const output = execFileSync(process.execPath, ['-e', program!], {
    cwd: modelFolder,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
  });
  expect(output).toMatch(/^Float32Array\(10\) \[/);
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { preparePython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const dataset = join(folder, 'digits.npz');

beforeAll(() => {
  execFileSync(preparePython('sources'), [join(__dirname, 'digits_write.py'), dataset]);
});

test("scikit-learn's digits: values to 16 are scaled, and a note suggests what reaches 0.97", async () => {
  const train = async (...args: string[]) => {
    const store = join(folder, args.join(''));
    const result = await runCommand(['train', '--dataset', dataset, '--store', store, '--json', ...args]);
    expect(result.exitCode).toBe(0);
    return { accuracy: JSON.parse(result.out).accuracy as number, notes: result.err };
  };
  const short = await train('--seed', '1');
  expect(short.notes).toContain('16 is interpreted as white, and 0 as black');
  const suggested = /This run has only 30 training steps, .* with (\d+) epochs/.exec(short.notes)![1]!;
  // Of no seed and no division more than of others: the mean of the first three of both.
  const seeds = ['1', '2', '3'];
  let sum = 0;
  for (const seed of seeds)
    sum += (await train('--epochs', suggested, '--seed', seed, '--split-seed', seed)).accuracy;
  expect(sum / seeds.length).toBeGreaterThan(0.97);
}, 600_000);

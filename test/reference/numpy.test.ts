import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { objectKeys } from '../../lib/contracts/object-keys';
import { openIdx } from '../../lib/sources/idx/open-idx';
import { LocalFiles } from '../../lib/sources/local-files';
import { DirectoryStore } from '../../lib/store/directory-store';
import { parseIdx } from '../support/parse-idx';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { readIdx } from '../support/read-idx';
import { preparePython, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';
import { encodeIdx } from '../support/tiny-dataset';

const folder = useScratchFolder();

test('np.load reads the shards of MNIST, and NumPy normalizes to the same bits', async () => {
  const context = createStepContext(new DirectoryStore(folder));
  const manifest = await prepareDataset('mnist', context);
  const images = join(folder, objectKeys.rawFile('mnist', 'train-images-idx3-ubyte'));
  const [first, second] = manifest.train.shards;
  for (const [shard, firstRow] of [
    [first!, 0],
    [second!, first!.rowCount],
  ] as const) {
    expect(runPython('numpy_shard.py', [join(folder, shard.key), images, String(firstRow)])).toEqual({
      shapes: [[shard.rowCount, 28, 28], [shard.rowCount]],
      dtypes: ['float32', 'uint8'],
      bitsDiffer: 0,
      labelSum: expect.any(Number),
      numpy: expect.any(String),
    });
  }
});

/** The program of docs/datasets.md that has `text` in it. */
function documentedProgram(text: string): string {
  const page = readFileSync(join(__dirname, '../../docs/datasets.md'), 'utf8');
  const programs = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, program]) => program!);
  return programs.find((program) => program.includes(text))!;
}

test('the documented program for NumPy arrays writes files that are read', async () => {
  const program = `${documentedProgram('write_idx')}\nwrite_idx("out", np.arange(24).reshape(2, 3, 4))`;
  execFileSync(preparePython(), ['-c', program], { cwd: folder });
  const { type, shape, values } = await readIdx(readFileSync(join(folder, 'out')));
  expect({ type, shape, values }).toEqual({
    type: 'uint8',
    shape: [2, 3, 4],
    values: Array.from({ length: 24 }, (_, index) => index),
  });
});

test('the documented program for EMNIST transposes the images and numbers the labels from 0', async () => {
  const emnist = join(folder, 'emnist');
  mkdirSync(emnist);
  const image = Uint8Array.from({ length: 784 }, (_, index) => index % 251);
  const upright = Uint8Array.from(
    { length: 784 },
    (_, index) => image[(index % 28) * 28 + Math.floor(index / 28)]!,
  );
  for (const part of ['train', 'test']) {
    const write = (kind: string, file: Uint8Array) =>
      writeFileSync(join(emnist, `emnist-letters-${part}-${kind}-ubyte.gz`), gzipSync(file));
    write(
      'images-idx3',
      encodeIdx(
        [26, 28, 28],
        Uint8Array.from({ length: 26 * 784 }, (_, at) => image[at % 784]!),
      ),
    );
    write(
      'labels-idx1',
      encodeIdx(
        [26],
        Uint8Array.from({ length: 26 }, (_, row) => row + 1),
      ),
    );
  }
  execFileSync(preparePython(), ['-c', documentedProgram('emnist-letters')], { cwd: emnist });

  const letters = join(emnist, 'letters');
  const source = await openIdx(await LocalFiles.open(letters), { transpose: true });
  expect(source?.sections.map(({ split }) => split)).toEqual(['train', 'test']);
  const { shape, data } = parseIdx(readFileSync(join(letters, 'test-images-idx3-ubyte')));
  expect(shape).toEqual([26, 28, 28]);
  expect(data.subarray(25 * 784)).toEqual(upright);
  const { codes, values } = source!.sections[0]!.labels;
  expect(Array.from(codes, (code) => values[code])).toEqual(Array.from({ length: 26 }, (_, row) => row));
});

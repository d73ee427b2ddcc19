import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetSettingsSchema } from '../../lib/contracts/dataset-settings';
import { objectKeys } from '../../lib/contracts/object-keys';
import { LocalFiles } from '../../lib/sources/local-files';
import { openSource } from '../../lib/sources/open-source';
import { DirectoryStore } from '../../lib/store/directory-store';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { preparePython, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

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

test('the documented line for NumPy arrays writes a file that is a dataset', async () => {
  const page = readFileSync(join(__dirname, '../../docs/datasets.md'), 'utf8');
  const [, line] = /```python\n(np\.savez.*?)```/s.exec(page)!;
  const arrays = [
    'x_train, x_test = np.zeros((3, 4, 5), np.uint8), np.ones((2, 4, 5), np.uint8)',
    'y_train, y_test = np.arange(3), np.arange(2)',
  ];
  execFileSync(preparePython(), ['-c', ['import numpy as np', ...arrays, line].join('\n')], { cwd: folder });
  const settings = datasetSettingsSchema.parse({ dataset: join(folder, 'digits.npz') });
  const { kind, sections } = await openSource(await LocalFiles.open(settings.dataset), settings);
  expect(kind).toBe('npz');
  expect(sections.map(({ split, rowCount }) => [split, rowCount])).toEqual([
    ['train', 3],
    ['test', 2],
  ]);
});

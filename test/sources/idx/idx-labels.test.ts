import { openIdxFile } from '../../../lib/sources/idx/idx-header';
import { readIdxLabels } from '../../../lib/sources/idx/idx-labels';
import { MemoryFiles } from '../../../lib/sources/memory-files';
import { encodeTypedIdx } from '../../support/tiny-dataset';

const types = ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'] as const;
type Type = (typeof types)[number];

async function labels(type: Type, numbers: readonly number[], shape: readonly number[] = [numbers.length]) {
  const files = new MemoryFiles('memory', new Map([['labels', encodeTypedIdx(type, shape, numbers)]]));
  const { labels: column, remarks } = await readIdxLabels(
    await openIdxFile(files, (await files.find('labels'))!),
    files,
  );
  return { data: Array.from(column.codes, (code) => column.values[code]), remarks };
}

test.each(types)('as %s', async (type) => {
  expect((await labels(type, [0, 9, 26, 9])).data).toEqual([0, 9, 26, 9]);
});

test('as a column', async () => {
  expect(await labels('uint8', [3, 1, 2], [3, 1])).toEqual({ data: [3, 1, 2], remarks: [] });
});

test("in QMNIST's eight columns: the first, with a note", async () => {
  const rows = [5, 0, 2598, 0, 5, 2, 0, 7, 0, 1, 2599, 4, 0, 9, 1, 8];
  const { data, remarks } = await labels('int32', rows, [2, 8]);
  expect(data).toEqual([5, 0]);
  expect(remarks).toEqual([expect.stringContaining('like QMNIST')]);
});

test('as one-hot rows, with a note', async () => {
  const { data, remarks } = await labels('float32', [0, 0, 1, 1, 0, 0, 0, 1, 0], [3, 3]);
  expect(data).toEqual([2, 0, 1]);
  expect(remarks).toEqual([expect.stringContaining('one-hot rows of 3')]);
});

test.each<[string, Type, readonly number[], readonly number[], RegExp]>([
  ['two ones in a row', 'uint8', [1, 1, 0, 1], [2, 2], /2 dimensions \(2×2\), and labels have one/],
  ['a row without a one', 'uint8', [1, 0, 0, 0], [2, 2], /2 dimensions/],
  ['a two among the ones', 'uint8', [2, 0, 0, 1], [2, 2], /2 dimensions/],
  ['three dimensions', 'uint8', [1, 2], [2, 1, 1], /3 dimensions \(2×1×1\)/],
])('%s: refused', async (_, type, values, shape, message) => {
  await expect(labels(type, values, shape)).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(message),
  });
});

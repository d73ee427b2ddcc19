import type { DatasetPart } from '../../lib/contracts/dataset';
import { nameImage } from '../../lib/dataset/part-names';
import { encodeEntry } from '../../lib/sources/images/image-entries';

test('an image of a folder is named by its file, without the size and version that the plan stores', () => {
  const names = ['a/1.png', 'b/2\t.png'].map((name) => encodeEntry({ name, bytes: 3, version: '3-1' }));
  const part = { slice: { kind: 'images', ground: 0 } } as DatasetPart;
  expect([0, 1].map((row) => nameImage(part, names, row))).toEqual(['a/1.png', 'b/2\t.png']);
});

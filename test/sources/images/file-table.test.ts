import fc from 'fast-check';
import { FileTable } from '../../../lib/sources/images/file-table';
import { decodeEntry, encodeEntry } from '../../../lib/sources/images/image-entries';
import type { SourceFile } from '../../../lib/sources/source-files';

const makeFile = (name: string): SourceFile => ({ name, bytes: 3, version: '"5-1a"' });
const fill = (files: readonly SourceFile[]) => {
  const table = new FileTable();
  for (const file of files) table.add(file);
  return table;
};
const mixed = (names: readonly string[]) => {
  const table = fill(names.map(makeFile));
  return Array.from(table.mix(Uint32Array.from(names.keys())), (file) => table.nameOf(file));
};

/** Well-formed Unicode, with tabs and line breaks, as a file system and S3 allow it. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.replace(/[/\0]/g, '_'));
const file = fc.record({
  name: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
  bytes: fc.nat(2 ** 40),
  version: fc.stringMatching(/^[ -~]{1,40}$/).map((text) => text.replaceAll('\t', ' ')),
});

test('files come back as they were', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 30 }), (files) => {
      const table = fill(files);
      expect(files.map((_, index) => table.fileAt(index))).toEqual(files);
      expect(files.map(encodeEntry).map(decodeEntry)).toEqual(files);
    }),
  );
});

test('more files than one chunk and one allocation hold', () => {
  const files = Array.from({ length: 40_000 }, (_, index) =>
    makeFile(`class-${index % 7}/image ${index}.PNG`),
  );
  const table = fill(files);
  expect(table.fileCount).toBe(files.length);
  expect(files.map((_, index) => table.fileAt(index))).toEqual(files);
  expect(table.folders).toHaveLength(7);
  expect(table.extensions).toEqual(['png']);
});

test.each([
  ['a.PNG', 'png'],
  ['a/b.tar.gz', 'gz'],
  ['a.b/c', ''],
  ['img.0001', ''],
  ['.png', ''],
  ['a.verylongending', ''],
])('the ending of %s is %j', (name, extension) => {
  expect(fill([makeFile(name)]).extensions).toEqual([extension]);
});

test('the order is a permutation that mixes folders, whatever the order of the listing', () => {
  const names = Array.from({ length: 200 }, (_, index) => `${index < 100 ? 'cats' : 'dogs'}/${index}.png`);
  const order = mixed(names);
  expect(order.toSorted()).toEqual(names.toSorted());
  expect(mixed(names.toReversed())).toEqual(order);
  const cats = order.slice(0, 100).filter((name) => name.startsWith('cats')).length;
  expect(cats).toBeGreaterThan(30);
  expect(cats).toBeLessThan(70);
});

test('the order is the same for NFC and NFD', () => {
  const names = Array.from({ length: 20 }, (_, index) => `caf\u00e9/\u00fc${index}.png`);
  expect(mixed(names.map((name) => name.normalize('NFD'))).map((name) => name.normalize('NFC'))).toEqual(
    mixed(names),
  );
});

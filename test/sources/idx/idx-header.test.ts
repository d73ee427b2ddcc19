import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { zipSync } from 'fflate';
import { openIdxFile, readIdxHeader } from '../../../lib/sources/idx/idx-header';
import { readIdxLabels } from '../../../lib/sources/idx/idx-labels';
import { MemoryFiles } from '../../../lib/sources/memory-files';
import { readIdx } from '../../support/read-idx';
import { encodeIdx } from '../../support/tiny-dataset';

/** Two rows of three. */
const good = encodeIdx([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
const withMagic = (...magic: number[]) => Uint8Array.from([...magic, ...good.subarray(4)]);

/** Any shape of at most 4,096 values, with its values. */
const arrays = fc
  .array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.uint8Array(exactly(shape.reduce((product, size) => product * size, 1)))),
  );
const exactly = (length: number) => ({ minLength: length, maxLength: length });

test('encoded files of any rank are read back, uncompressed and as gzip', () =>
  fc.assert(
    fc.asyncProperty(arrays, fc.boolean(), async ([shape, data], isPacked) => {
      const file = encodeIdx(shape, data);
      expect(await readIdx(isPacked ? gzipSync(file) : file)).toEqual({
        type: 'uint8',
        shape,
        values: Array.from(data),
      });
    }),
  ));

test('a truncated file, or one with an extra byte, is refused, also inside gzip', () =>
  fc.assert(
    fc.asyncProperty(arrays, fc.nat(), fc.boolean(), async ([shape, data], cut, isPacked) => {
      const file = encodeIdx(shape, data);
      const pack = (bytes: Uint8Array) => (isPacked ? gzipSync(bytes) : bytes);
      await expect(readIdx(pack(file.subarray(0, cut % file.length)))).rejects.toThrow('truncated');
      await expect(readIdx(pack(Uint8Array.from([...file, 0])))).rejects.toThrow('trailing bytes');
    }),
  ));

test('the header can be read from the beginning of a file at any offset in its buffer', () => {
  const padded = Uint8Array.from([9, ...good]);
  expect(readIdxHeader(padded.subarray(1, 13), 'file')).toEqual({
    type: 'uint8',
    shape: [2, 3],
    headerBytes: 12,
  });
});

test.each<[string, Uint8Array, RegExp]>([
  [
    'one byte too few',
    good.subarray(0, -1),
    /it is truncated: its header announces 2×3 values, 18 bytes in all, and 17 are there/,
  ],
  ['one byte too many', Uint8Array.from([...good, 0]), /it has trailing bytes: .* 18 bytes in all, and 19/],
  ['a header cut short', good.subarray(0, 11), /it is truncated: its header alone has 12 bytes, and only 11/],
  ['no bytes', new Uint8Array(0), /it is truncated: it has 0 bytes/],
  [
    'values of four bytes cut to one',
    withMagic(0, 0, 0x0c, 2),
    /announces 2×3 values of 4 bytes, 36 bytes in all, and 18 are there/,
  ],
  [
    'an HTML page',
    Buffer.from('\n<!DOCTYPE html><html><title>404</title>'),
    /it looks like an HTML page \(it begins with "\\n<!DOCTYPE html><htm"\)/,
  ],
  ["a store's XML error", Buffer.from('<?xml version="1.0"?><Error/>'), /looks like an HTML page/],
  ['an HTML page in gzip', gzipSync('<html></html>'), /looks like an HTML page/],
  ['gzip cut short', gzipSync(good).subarray(0, -9), /is damaged: .*\(unexpected end of file\)/],
  [
    'gzip in gzip cut short',
    gzipSync(gzipSync(good).subarray(0, -9)),
    /is damaged: .*\(unexpected end of file\)/,
  ],
  [
    'gzip with a wrong checksum',
    gzipSync(good).map((byte, index, file) => (index === file.length - 8 ? byte ^ 1 : byte)),
    /is damaged: .*\(incorrect data check\)/,
  ],
  [
    'a shape beyond all numbers',
    encodeIdx(new Array(40).fill(0xffff_ffff), new Uint8Array(1)),
    /it is truncated/,
  ],
])('%s: damaged, so the remedy is another copy', async (_, bytes, message) => {
  const reading = readIdx(bytes, 'train-images-idx3-ubyte');
  await expect(reading).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(message),
  });
  await expect(reading).rejects.toThrow(/^train-images-idx3-ubyte.* is .*Download or export it again\.$/s);
});

const ustar = () => {
  const tar = new Uint8Array(1024);
  tar.set(Buffer.from('train-images-idx3-ubyte'));
  tar.set(Buffer.from('ustar\x0000'), 257);
  return tar;
};
const swapped = () => {
  const file = good.slice();
  new DataView(file.buffer).setUint32(4, 2, true);
  new DataView(file.buffer).setUint32(8, 3, true);
  return file;
};

test.each<[string, Uint8Array, RegExp]>([
  [
    'a zip archive',
    zipSync({ 'train-images-idx3-ubyte': good }),
    /it is a zip archive\. Unpack it, and pass the/,
  ],
  ['a tar archive', ustar(), /it is a tar archive\. Unpack it/],
  ['a tar archive in gzip', gzipSync(ustar()), /it is a tar archive\. Unpack it/],
  ['a zip archive in gzip', gzipSync(zipSync({ a: good })), /it is a zip archive\. Unpack it/],
  ['bzip2', Buffer.from('BZh91AY&SY'), /it is compressed with bzip2\. Decompress it with bunzip2/],
  [
    'xz',
    Buffer.from('\xfd7zXZ\0\0', 'latin1'),
    /it is compressed with xz\. Decompress it with "xz --decompress"/,
  ],
  ['Zstandard', Buffer.from('\x28\xb5\x2f\xfd', 'latin1'), /it is compressed with Zstandard\. Decompress it/],
  [
    'a NumPy array',
    Buffer.from('\x93NUMPY\x01\0', 'latin1'),
    /it is a NumPy array\. Convert it to IDX files/,
  ],
  ['a MATLAB file', Buffer.from('MATLAB 5.0 MAT-file'), /it is a MATLAB file\. Convert it/],
  ['a PNG image', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /it is a PNG image\. Convert it/],
  [
    'CSV',
    Buffer.from('label,pixel0,pixel1\n5,0,0\n'),
    /it is a text file \(it begins with "label,pixel0,pixel1\\n"\)/,
  ],
  [
    'a Git LFS pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n'),
    /a Git LFS pointer instead of the file itself\. Run "git lfs pull"/,
  ],
  [
    'an unknown type',
    withMagic(0, 0, 0x0a, 2),
    /it begins with 0x00000a02, and an IDX file with 0x0000, a type \(08, 09, 0b, 0c, 0d, 0e\)/,
  ],
  ['little-endian sizes', swapped(), /its sizes are little-endian \(2×3\), and the format is big-endian/],
  [
    'gzip five times over',
    [1, 2, 3, 4, 5].reduce((file) => gzipSync(file), good),
    /compressed with gzip more than 4 times/,
  ],
])('%s: another format, so the remedy is not another copy', async (_, bytes, message) => {
  const reading = readIdx(bytes, 'train-images-idx3-ubyte.gz');
  await expect(reading).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(message),
  });
  await expect(reading).rejects.toThrow(
    /^train-images-idx3-ubyte\.gz in memory (is not an IDX file: |was compressed)/,
  );
  await expect(reading).rejects.not.toThrow(/Download/);
});

test('nested gzip, and several members of gzip in one file, are read as their content', async () => {
  const members = [good.subarray(0, 5), new Uint8Array(0), good.subarray(5)].map((part) => gzipSync(part));
  for (const packed of [
    gzipSync(gzipSync(good)),
    gzipSync(gzipSync(gzipSync(good))),
    Buffer.concat(members),
    gzipSync(Buffer.concat(members)),
  ]) {
    expect(await readIdx(packed)).toEqual({ type: 'uint8', shape: [2, 3], values: [1, 2, 3, 4, 5, 6] });
  }
});

test('the memory for the labels grows with what is there, not with what a compressed file announces', async () => {
  const bomb = encodeIdx([0xffff_ffff], new Uint8Array(3));
  const before = process.resourceUsage().maxRSS;
  const files = new MemoryFiles('memory', new Map([['labels', gzipSync(bomb)]]));
  const idx = await openIdxFile(files, (await files.find('labels'))!);
  await expect(readIdxLabels(idx, files)).rejects.toThrow(
    /it is truncated: .* 4294967303 bytes in all, and 11 are there/,
  );
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
});

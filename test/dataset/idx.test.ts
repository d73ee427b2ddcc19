import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { parseIdx, readIdxHeader } from '../../lib/dataset/idx';
import { encodeIdx } from '../support/tiny-dataset';

/** Two rows of three. */
const good = encodeIdx([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
const withMagic = (...magic: number[]) => Uint8Array.from([...magic, ...good.subarray(4)]);

/** Any shape of at most 4,096 values, with its values. */
const arrays = fc
  .array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.uint8Array(exactly(shape.reduce((product, size) => product * size, 1)))),
  );
const exactly = (length: number) => ({ minLength: length, maxLength: length });

test('what was encoded is read back, plain and as gzip, of any rank', () => {
  fc.assert(
    fc.property(arrays, fc.boolean(), ([shape, data], isPacked) => {
      const file = encodeIdx(shape, data);
      const idx = parseIdx(isPacked ? gzipSync(file) : file, 'file');
      expect(idx.shape).toEqual(shape);
      expect(Array.from(idx.data)).toEqual(Array.from(data));
      expect(Buffer.compare(idx.file, file)).toBe(0);
    }),
  );
});

test('no file that is cut short or has a byte too many is read', () => {
  fc.assert(
    fc.property(arrays, fc.nat(), ([shape, data], cut) => {
      const file = encodeIdx(shape, data);
      expect(() => parseIdx(file.subarray(0, cut % file.length), 'file')).toThrow('truncated');
      expect(() => parseIdx(Uint8Array.from([...file, 0]), 'file')).toThrow('trailing bytes');
    }),
  );
});

test('the header can be read from the beginning of a file, wherever it lies in its buffer', () => {
  const padded = Uint8Array.from([9, ...good]);
  expect(readIdxHeader(padded.subarray(1, 13), 'file')).toEqual({ shape: [2, 3], headerBytes: 12 });
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
  ['another magic', withMagic(0x50, 0x4b, 3, 4), /it begins with 0x504b0304, and .* 0x0000080N/],
  ['an unknown type', withMagic(0, 0, 0x0a, 2), /it begins with 0x00000a02/],
  ['float32 values', withMagic(0, 0, 0x0d, 2), /its values are float32, and only uint8 can be read/],
  [
    'an HTML page',
    Buffer.from('\n<!DOCTYPE html><html><title>404</title>'),
    /it looks like an HTML page \(it begins with "\\n<!DOCTYPE html><htm"\)/,
  ],
  ["a store's XML error", Buffer.from('<?xml version="1.0"?><Error/>'), /looks like an HTML page/],
  ['an HTML page in gzip', gzipSync('<html></html>'), /looks like an HTML page/],
  ['gzip cut short', gzipSync(good).subarray(0, -9), /it is a damaged gzip file \(unexpected end of file\)/],
  [
    'gzip with a wrong checksum',
    gzipSync(good).map((byte, index, file) => (index === file.length - 8 ? byte ^ 1 : byte)),
    /it is a damaged gzip file \(incorrect data check\)/,
  ],
  [
    'a shape beyond all numbers',
    encodeIdx(new Array(40).fill(0xffff_ffff), new Uint8Array(1)),
    /it is truncated/,
  ],
])('%s is refused', (_, bytes, message) => {
  const parse = () => parseIdx(bytes, 'train-images-idx3-ubyte');
  expect(parse).toThrow(expect.objectContaining({ name: 'InvalidDataset' }));
  expect(parse).toThrow(message);
  expect(parse).toThrow(
    /^train-images-idx3-ubyte is not a whole IDX file: .* Download or export it again\.$/s,
  );
});

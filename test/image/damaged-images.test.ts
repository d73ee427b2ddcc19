import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { decodeImage } from '../../lib/image/decode-image';
import { makeChunk } from '../support/make-png';

const readSample = (name: string) => readFileSync(join(__dirname, 'samples', name));

const png = encode({ width: 3, height: 2, data: new Uint8Array(6), channels: 1 });

test.each<[string, Uint8Array, RegExp]>([
  [
    'text',
    Buffer.from('<html>hello</html>'),
    /digit is not a PNG, JPEG, WebP, BMP or GIF file: its 18 bytes begin with 0x3c68746d6c3e6865/,
  ],
  ['an empty file', new Uint8Array(0), /its 0 bytes begin with nothing/],
  [
    'a photo of a phone',
    Buffer.from('\0\0\0\x18ftypheic', 'latin1'),
    /it is HEIC or AVIF\. Save the image as PNG/,
  ],
  ['a TIFF', Buffer.from('II*\0\b\0\0\0', 'latin1'), /it is TIFF/],
  [
    'an altered PNG',
    png.map((byte, at) => (at === 45 ? byte ^ 1 : byte)),
    /damaged PNG: the checksum of its chunk "IDAT"/,
  ],
  [
    'a PNG without pixels',
    Buffer.concat([png.subarray(0, 33), makeChunk('IEND', Buffer.alloc(0))]),
    /damaged PNG: it has no pixels/,
  ],
  [
    'a PNG whose chunks begin with another',
    Buffer.concat([png.subarray(0, 8), png.subarray(33)]),
    /does not begin with its header/,
  ],
  [
    'a GIF without a frame',
    Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
    /damaged GIF: it has no pixels/,
  ],
  ['a JPEG without a size', Buffer.from('ffd8ffda00020000ffd9', 'hex'), /damaged JPEG: its size is missing/],
  [
    'a JPEG with no marker',
    Buffer.from('ffd8ffe000020102', 'hex'),
    /damaged JPEG: byte 6 should begin a marker/,
  ],
  [
    'a WebP of something',
    Buffer.from('RIFF\x0c\0\0\0WEBPJUNK\0\0\0\0', 'latin1'),
    /damaged WebP: it begins with a chunk "JUNK"/,
  ],
])('%s is refused', async (_, bytes, message) => {
  const decoding = decodeImage(bytes, 'digit');
  await expect(decoding).rejects.toThrow(message);
  await expect(decoding).rejects.toMatchObject({ name: 'InvalidInput' });
});

test.each([
  'baseline.jpg',
  'progressive.jpg',
  'lossless.webp',
  'lossy.webp',
  'still.gif',
  'bottom-up-24.bmp',
  'run-length-8.bmp',
])('property: %s is refused if it is truncated anywhere', async (file) => {
  const bytes = readSample(file);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 2 }), async (length) => {
      await expect(decodeImage(bytes.subarray(0, length), file)).rejects.toMatchObject({
        name: 'InvalidInput',
      });
    }),
    { numRuns: 60 },
  );
});

test('property: a PNG is refused if it is truncated anywhere or any byte is altered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: png.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
      const altered = png.map((byte, index) => (index === at ? byte ^ bits : byte));
      for (const damaged of [png.subarray(0, at), altered])
        await expect(decodeImage(damaged, 'p.png')).rejects.toMatchObject({ name: 'InvalidInput' });
    }),
    { numRuns: 100 },
  );
});

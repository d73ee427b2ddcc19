import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { decodeImage } from '../../lib/image/decode-image';
import { makeChunk, makePng } from '../support/make-png';

const readSample = (name: string) => readFileSync(join(__dirname, 'samples', name));
const readInto = (name: string, edit: (bytes: Buffer) => void) => {
  const bytes = readSample(name);
  edit(bytes);
  return bytes;
};

const content = { shape: [2, 2], color: 'gray', depth: 8, samples: [1, 2, 3, 4] } as const;
const plain = makePng(content);

function claimPngSize(width: number, height: number): Buffer {
  const header = Buffer.from(plain.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([plain.subarray(0, 8), makeChunk('IHDR', header), plain.subarray(33)]);
}

/** Memory that a reader holds at once shows in what the process has ever had. */
async function expectLittleMemory(read: () => Promise<unknown>): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await read();
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
}

/** The decoder itself takes some. */
beforeAll(() => decodeImage(plain, 'first.png'));

test.each<[string, Buffer, RegExp]>([
  [
    'PNG',
    claimPngSize(100_000, 100_000),
    /claims to be 100000×100000 pixels, and an image has 1 to 50 million/,
  ],
  ['PNG of two billion columns', claimPngSize(2 ** 31 - 1, 1), /claims to be 2147483647×1 pixels/],
  ['PNG one row above the limit', claimPngSize(50_000, 1001), /claims to be 50000×1001 pixels/],
  ['PNG without rows', claimPngSize(10, 0), /claims to be 10×0 pixels/],
  [
    'JPEG',
    readInto('baseline.jpg', (bytes) =>
      bytes.writeUInt32BE(0xffff_ffff, bytes.indexOf('ffc0', 0, 'hex') + 5),
    ),
    /claims to be 65535×65535 pixels/,
  ],
  [
    'GIF',
    readInto('still.gif', (bytes) => bytes.writeUInt32LE(0xffff_ffff, 6)),
    /claims to be 65535×65535 pixels/,
  ],
  [
    'GIF with a frame larger than its screen',
    readInto('still.gif', (bytes) =>
      bytes.writeUInt32LE(0xffff_ffff, bytes.lastIndexOf('2c00000000', undefined, 'hex') + 5),
    ),
    /claims to be 65535×65535 pixels/,
  ],
  [
    'WebP',
    readInto('lossless.webp', (bytes) => bytes.writeUInt32LE(0x0fff_ffff, 21)),
    /claims to be 16384×16384 pixels/,
  ],
  [
    'WebP, lossy',
    readInto('lossy.webp', (bytes) => bytes.writeUInt32LE(0x3fff_3fff, 26)),
    /claims to be 16383×16383 pixels/,
  ],
  [
    'WebP, extended',
    readInto('exif-6.webp', (bytes) => bytes.fill(0xff, 24, 30)),
    /claims to be 16777216×16777216 pixels/,
  ],
  [
    'BMP',
    readInto(
      'run-length-8.bmp',
      (bytes) => bytes.writeInt32LE(100_000, 18) && bytes.writeInt32LE(-100_000, 22),
    ),
    /claims to be 100000×100000 pixels/,
  ],
  [
    'BMP of a negative width',
    readInto('palette-4.bmp', (bytes) => bytes.writeInt32LE(-24, 18)),
    /claims to be -24×16 pixels/,
  ],
])(
  '%s: a header that claims a huge image is refused before anything is unpacked',
  async (_, bytes, message) => {
    await expectLittleMemory(async () => {
      await expect(decodeImage(bytes, 'bomb')).rejects.toThrow(message);
    });
  },
);

const zeros = deflateSync(Buffer.alloc(50 * 2 ** 20));

test('PNG: pixels that unpack to more than the image has are not unpacked', async () => {
  const bomb = Buffer.concat([
    plain.subarray(0, 33),
    makeChunk('IDAT', zeros),
    makeChunk('IEND', Buffer.alloc(0)),
  ]);
  await expectLittleMemory(() => decodeImage(bomb, 'bomb.png'));
});

test.each([
  ['iCCP', Buffer.from('icc\0\0', 'latin1')],
  ['zTXt', Buffer.from('Title\0\0', 'latin1')],
])('PNG: %s, which unpacks to any size, is not looked at', async (type, head) => {
  const bomb = makePng({ ...content, chunks: [[type, Buffer.concat([head, zeros])]] });
  await expectLittleMemory(async () => {
    expect(await decodeImage(bomb, 'bomb.png')).toEqual(await decodeImage(plain, 'plain.png'));
  });
});

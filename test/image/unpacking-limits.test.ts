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

/** The peak memory of the process includes what a reader allocates at once. */
async function expectLittleMemory(read: () => Promise<unknown>): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await read();
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
}

/** The decoder itself needs memory. */
beforeAll(() => decodeImage(plain, 'first.png'));

test.each<[string, Buffer, RegExp]>([
  [
    'PNG',
    claimPngSize(100_000, 100_000),
    /has 100000×100000 pixels by its header, and 1 to 50 million pixels are allowed/,
  ],
  ['PNG of two billion columns', claimPngSize(2 ** 31 - 1, 1), /has 2147483647×1 pixels by its header/],
  ['PNG one row above the limit', claimPngSize(50_000, 1001), /has 50000×1001 pixels by its header/],
  ['PNG without rows', claimPngSize(10, 0), /has 10×0 pixels by its header/],
  [
    'JPEG',
    readInto('baseline.jpg', (bytes) =>
      bytes.writeUInt32BE(0xffff_ffff, bytes.indexOf('ffc0', 0, 'hex') + 5),
    ),
    /has 65535×65535 pixels by its header/,
  ],
  [
    'GIF',
    readInto('still.gif', (bytes) => bytes.writeUInt32LE(0xffff_ffff, 6)),
    /has 65535×65535 pixels by its header/,
  ],
  [
    'GIF with a frame larger than its screen',
    readInto('still.gif', (bytes) =>
      bytes.writeUInt32LE(0xffff_ffff, bytes.lastIndexOf('2c00000000', undefined, 'hex') + 5),
    ),
    /has 65535×65535 pixels by its header/,
  ],
  [
    'WebP',
    readInto('lossless.webp', (bytes) => bytes.writeUInt32LE(0x0fff_ffff, 21)),
    /has 16384×16384 pixels by its header/,
  ],
  [
    'WebP, lossy',
    readInto('lossy.webp', (bytes) => bytes.writeUInt32LE(0x3fff_3fff, 26)),
    /has 16383×16383 pixels by its header/,
  ],
  [
    'WebP, extended',
    readInto('exif-6.webp', (bytes) => bytes.fill(0xff, 24, 30)),
    /has 16777216×16777216 pixels by its header/,
  ],
  [
    'BMP',
    readInto(
      'run-length-8.bmp',
      (bytes) => bytes.writeInt32LE(100_000, 18) && bytes.writeInt32LE(-100_000, 22),
    ),
    /has 100000×100000 pixels by its header/,
  ],
  [
    'BMP of a negative width',
    readInto('palette-4.bmp', (bytes) => bytes.writeInt32LE(-24, 18)),
    /has -24×16 pixels by its header/,
  ],
])('%s: a header with a huge size is refused before anything is decompressed', async (_, bytes, message) => {
  await expectLittleMemory(async () => {
    await expect(decodeImage(bytes, 'bomb')).rejects.toThrow(message);
  });
});

const zeros = deflateSync(Buffer.alloc(50 * 2 ** 20));

test('PNG: at most the size of the image is decompressed', async () => {
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
])('PNG: %s, which may decompress to any size, is ignored', async (type, head) => {
  const bomb = makePng({ ...content, chunks: [[type, Buffer.concat([head, zeros])]] });
  await expectLittleMemory(async () => {
    expect(await decodeImage(bomb, 'bomb.png')).toEqual(await decodeImage(plain, 'plain.png'));
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeImage } from '../../lib/image/decode-image';
import { makeExif, makePng, type PngColor, pngChannels } from '../support/make-png';

const readSample = (name: string) => readFileSync(join(__dirname, 'samples', name));

const [black, red, white, none] = [
  [0, 0, 0, 255],
  [255, 0, 0, 255],
  [255, 255, 255, 255],
  [-1, -1, -1, 0],
];
/** The drawing of samples/make_samples.py, in cells of 8 × 8 pixels. */
const drawing = [
  [black, black, red],
  [black, white, white],
];

/** -1 for any value, since transparent pixels have no color. */
function expectCells(rgba: Uint8Array, cells: readonly (readonly number[][])[], tolerance: number): void {
  const wrong = Array.from({ length: 16 * 24 }, (_, pixel) => pixel).filter((pixel) => {
    const cell = cells[Math.floor(pixel / 24 / 8)]![Math.floor((pixel % 24) / 8)]!;
    return cell.some((value, channel) => {
      const received = rgba[4 * pixel + channel]!;
      return value >= 0 && Math.abs(received - value) > tolerance;
    });
  });
  expect(wrong.map((pixel) => [pixel, ...rgba.subarray(4 * pixel, 4 * pixel + 4)])).toEqual([]);
}

const greyDrawing = drawing.map((row) => row.map((cell) => (cell === red ? [76, 76, 76, 255] : cell)));
const holedDrawing = drawing.map((row) => row.map((cell) => (cell === white ? none : cell)));
const allWhite = drawing.map((row) => row.map(() => white));

test.each<[file: string, cells: readonly (readonly number[][])[], tolerance: number]>([
  ['baseline.jpg', drawing, 2],
  // Chroma at half the resolution bleeds over the edges of red.
  ['subsampled.jpg', drawing, 110],
  ['progressive.jpg', drawing, 2],
  ['gray.jpg', greyDrawing, 1],
  ['cmyk.jpg', drawing, 2],
  ['restart-markers.jpg', drawing, 2],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (orientation) => [`exif-${orientation}.jpg`, drawing, 2] as [string, typeof drawing, number],
  ),
  ['lossless.webp', drawing, 0],
  ['lossy.webp', drawing, 110],
  ['transparent.webp', holedDrawing, 0],
  ['animated.webp', drawing, 0],
  ['exif-3.webp', drawing, 0],
  ['exif-6.webp', drawing, 0],
  ['still.gif', drawing, 0],
  ['interlaced.gif', drawing, 0],
  ['transparent.gif', holedDrawing, 0],
  ['animated.gif', drawing, 0],
  ['bottom-up-24.bmp', drawing, 0],
  ['top-down-24.bmp', drawing, 0],
  ['palette-8.bmp', drawing, 0],
  ['palette-4.bmp', drawing, 0],
  ['run-length-8.bmp', drawing, 0],
  ['bits-565.bmp', drawing, 0],
  ['bits-1.bmp', allWhite, 0],
])('%s, written by Pillow', async (file, cells, tolerance) => {
  const { rgba, shape, format } = await decodeImage(readSample(file), file);
  expect(shape).toEqual([16, 24]);
  expect(format).toBe({ jpg: 'JPEG', webp: 'WebP', gif: 'GIF', bmp: 'BMP' }[file.split('.')[1]!]);
  expectCells(rgba, cells, tolerance);
});

test.each([
  ['baseline.jpg', true],
  ['lossy.webp', true],
  ['lossless.webp', false],
  ['animated.webp', false],
  ['still.gif', false],
  ['palette-4.bmp', false],
])('%s: whether it is lossy', async (file, isLossy) => {
  expect(await decodeImage(readSample(file), file)).toMatchObject({ isLossy });
});

const depthsOf = {
  ...{ gray: [1, 2, 4, 8, 16], palette: [1, 2, 4, 8] },
  ...{ rgb: [8, 16], greyAlpha: [8, 16], rgba: [8, 16] },
};

/** Every color type in every depth and either order, of any size up to two blocks of Adam7. */
const pngs = fc
  .record({
    color: fc.constantFrom<PngColor>('gray', 'rgb', 'palette', 'greyAlpha', 'rgba'),
    shape: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    isInterlaced: fc.boolean(),
    seed: fc.nat(),
    depthIndex: fc.nat({ max: 4 }),
  })
  .map(({ color, shape, isInterlaced, seed, depthIndex }) => {
    const depth = depthsOf[color][depthIndex % depthsOf[color].length]!;
    const bytes = createHash('shake256', { outputLength: 4096 }).update(String(seed)).digest();
    const samples = Array.from(
      { length: shape[0] * shape[1] * pngChannels[color] },
      (_, at) => bytes.readUInt16BE(2 * at) % 2 ** depth,
    );
    const palette = bytes.subarray(0, 3 * Math.min(256, 2 ** depth));
    const paletteOpacity = bytes.subarray(1000, 1000 + (seed % (palette.length / 3 + 1)));
    return { color, shape, isInterlaced, depth, samples, palette, paletteOpacity };
  });

test('property: a PNG of any color type, depth and order decodes to its original pixels', async () => {
  await fc.assert(
    fc.asyncProperty(pngs, async ({ palette, paletteOpacity, ...content }) => {
      const isPalette = content.color === 'palette';
      const chunks: [string, Uint8Array][] = isPalette
        ? [
            ['PLTE', palette],
            ['tRNS', paletteOpacity],
          ]
        : [];
      // An empty opacity table is invalid.
      const written = makePng({ ...content, chunks: chunks.filter(([, data]) => data.length > 0) });
      const { rgba, shape } = await decodeImage(written, 'property.png');
      expect(shape).toEqual(content.shape);
      const to8Bits = (sample: number) => (sample / (2 ** content.depth - 1)) * 255;
      const channels = pngChannels[content.color];
      const expected = Array.from({ length: shape[0] * shape[1] }, (_, pixel) => {
        const samples = content.samples.slice(pixel * channels, (pixel + 1) * channels);
        if (isPalette) {
          const index = samples[0]!;
          return [...palette.subarray(3 * index, 3 * index + 3), paletteOpacity[index] ?? 255];
        }
        const values = samples.map(to8Bits);
        const color = channels < 3 ? [values[0]!, values[0]!, values[0]!] : values.slice(0, 3);
        return [...color, channels % 2 === 0 ? values.at(-1)! : 255];
      });
      // The decoder keeps 8 of 16 bits.
      const tolerance = content.depth === 16 ? 1 : 0;
      const isNear = (value: number, at: number) =>
        Math.abs(value - expected[at >> 2]![at % 4]!) <= tolerance;
      const wrong = Array.from(rgba.keys()).filter(
        (at) => (at % 4 === 3 || rgba[at | 3]! > 0) && !isNear(rgba[at]!, at),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test.each([
  { name: 'gray', color: 'gray', depth: 2, samples: [0, 1, 2, 3], key: [0, 1] },
  {
    name: 'color',
    color: 'rgb',
    depth: 8,
    samples: [9, 8, 7, 1, 2, 3, 9, 8, 7, 0, 0, 0],
    key: [0, 1, 0, 2, 0, 3],
  },
] as const)('a PNG with one transparent $name', async ({ color, depth, samples, key }) => {
  const png = makePng({ shape: [2, 2], color, depth, samples, chunks: [['tRNS', Uint8Array.from(key)]] });
  const { rgba } = await decodeImage(png, 'key.png');
  expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([255, 0, 255, 255]);
});

describe('the orientation of a PNG', () => {
  const stored = [1, 2, 3, 4, 5, 6];
  /** 3 columns and 2 rows, as displayed. */
  test.each<[number, number[][]]>([
    [
      1,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      2,
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      3,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      4,
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      5,
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      6,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      7,
      [
        [6, 3],
        [5, 2],
        [4, 1],
      ],
    ],
    [
      8,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
    [
      0,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      9,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ])('%d', async (orientation, seen) => {
    for (const order of ['II', 'MM'] as const) {
      const chunks: [string, Uint8Array][] = [['eXIf', makeExif(orientation, order)]];
      const png = makePng({ shape: [2, 3], color: 'gray', depth: 8, samples: stored, chunks });
      const { rgba, shape } = await decodeImage(png, 'turned.png');
      expect(shape).toEqual([seen.length, seen[0]!.length]);
      expect(Array.from(rgba).filter((_, at) => at % 4 === 0)).toEqual(seen.flat());
    }
  });

  test.each([0, 7, 9, 21])('metadata that is truncated after %d bytes is ignored', async (length) => {
    const chunks: [string, Uint8Array][] = [['eXIf', makeExif(6).subarray(0, length)]];
    const png = makePng({ shape: [2, 3], color: 'gray', depth: 8, samples: stored, chunks });
    expect(await decodeImage(png, 'cut.png')).toMatchObject({ shape: [2, 3] });
  });
});

test('gamma and color profile change nothing, like in Pillow and Keras', async () => {
  const content = { shape: [1, 2], color: 'gray', depth: 8, samples: [50, 200] } as const;
  const gamma = Buffer.alloc(4);
  gamma.writeUInt32BE(100_000);
  const plain = await decodeImage(makePng(content), 'plain.png');
  expect(await decodeImage(makePng({ ...content, chunks: [['gAMA', gamma]] }), 'gamma.png')).toEqual(plain);
});

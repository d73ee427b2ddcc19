import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { centerDigit } from '../../lib/image/center-digit';
import { type DecodedImage, decodeImage } from '../../lib/image/decode-image';
import { readDigit, readUnchanged } from '../../lib/image/read-digit';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { makeExif, makePng, type PngContent } from '../support/make-png';
import { parseIdx } from '../support/parse-idx';

const shape = [28, 28] as const;
const automatic = { forced: undefined, fileName: 'digit' };

const { data: testImages } = parseIdx(readFileSync(join(findMnistFolder(), rawFileNames.testImages)));
/** The first test image of MNIST, a 7, light on 0. */
const seven = Array.from(testImages.subarray(0, 784));
const sevenIn01 = Float32Array.from(seven, (gray) => gray / 255);

function expectPixels(pixels: Float32Array, expected: Float32Array, tolerance: number): void {
  const largest = pixels.reduce((most, gray, at) => Math.max(most, Math.abs(gray - expected[at]!)), 0);
  expect(pixels).toHaveLength(expected.length);
  expect(largest).toBeLessThanOrEqual(tolerance);
}

const turnRight = (pixels: readonly number[]) =>
  pixels.map((_, at) => pixels[(27 - (at % 28)) * 28 + Math.floor(at / 28)]!);
const to2Bits = (gray: number) => Math.floor(gray / 64);
/** 28 × 28 pixels become 280 × 280. */
const enlarge = (pixels: readonly number[]) =>
  Array.from(
    { length: 280 * 280 },
    (_, at) => pixels[Math.floor(at / 2800) * 28 + Math.floor((at % 280) / 10)]!,
  );
const grey8 = { shape, color: 'gray', depth: 8 } as const;

/** The same digit in various images. */
test.each<[name: string, png: PngContent, ink: string, decidedBy: string, tolerance?: number]>([
  ['light on dark', { ...grey8, samples: seven }, 'light', 'border', 0],
  ['dark on light', { ...grey8, samples: seven.map((gray) => 255 - gray) }, 'dark', 'border'],
  [
    'black ink on transparent, RGBA',
    { shape, color: 'rgba', depth: 8, samples: seven.flatMap((gray) => [0, 0, 0, gray]) },
    ...(['opaque', 'transparency'] as const),
  ],
  [
    'white ink on transparent white, RGBA',
    { shape, color: 'rgba', depth: 8, samples: seven.flatMap((gray) => [255, 255, 255, gray]) },
    ...(['opaque', 'transparency'] as const),
  ],
  [
    'black ink on transparent, gray with opacity',
    { shape, color: 'greyAlpha', depth: 8, samples: seven.flatMap((gray) => [0, gray]) },
    ...(['opaque', 'transparency'] as const),
  ],
  [
    'a stencil',
    { shape, color: 'greyAlpha', depth: 8, samples: seven.flatMap((gray) => [255, 255 - gray]) },
    ...(['transparent', 'transparency'] as const),
  ],
  [
    'a palette of opacities',
    {
      ...{ shape, color: 'palette', depth: 8, samples: seven },
      chunks: [
        ['PLTE', new Uint8Array(768).fill(30)],
        ['tRNS', Uint8Array.from({ length: 256 }, (_, index) => index)],
      ],
    },
    ...(['opaque', 'transparency'] as const),
  ],
  [
    'lying on its side, as EXIF says',
    { ...grey8, samples: turnRight(turnRight(turnRight(seven))), chunks: [['eXIf', makeExif(6)]] },
    ...(['light', 'border', 0] as const),
  ],
  [
    'interlaced, of 2 bits',
    { shape, color: 'gray', depth: 2, samples: seven.map(to2Bits), isInterlaced: true },
    ...(['light', 'border', 0.26] as const),
  ],
  [
    'of 16 bits',
    { shape, color: 'gray', depth: 16, samples: seven.map((gray) => gray * 257) },
    ...(['light', 'border', 0.004] as const),
  ],
  ['ten times as large', { ...grey8, shape: [280, 280], samples: enlarge(seven) }, 'light', 'border', 1e-5],
  [
    'gray ink on gray paper',
    { ...grey8, samples: seven.map((gray) => 200 - Math.round((gray * 160) / 255)) },
    ...(['dark', 'border', 0.21] as const),
  ],
  [
    'blue on yellow',
    {
      ...{ shape, color: 'rgb', depth: 8 },
      samples: seven.flatMap((gray) => [255 - gray, 255 - gray, Math.round(gray / 2)]),
    },
    ...(['dark', 'border', 0.08] as const),
  ],
])('%s', async (_, png, ink, decidedBy, tolerance = 1e-6) => {
  const read = readDigit(await decodeImage(makePng(png), 'digit'), shape, automatic);
  expect(read).toMatchObject({ ink, decidedBy });
  expectPixels(read.digit.pixels, sevenIn01, tolerance);
});

const plain = (samples: readonly number[], side = 28): DecodedImage => ({
  rgba: Uint8Array.from(samples.flatMap((gray) => [gray, gray, gray, 255])),
  shape: [side, samples.length / side],
  format: 'PNG',
  isLossy: false,
});

test.each(['light', 'dark'] as const)(
  'an image of MNIST, %s on its background, comes out as it went in',
  (ink) => {
    for (let row = 0; row < 200; row += 1) {
      const grays = Array.from(testImages.subarray(row * 784, (row + 1) * 784));
      const image = plain(ink === 'light' ? grays : grays.map((gray) => 255 - gray));
      const read = readDigit(image, shape, automatic);
      expect(read.ink).toBe(ink);
      expectPixels(
        read.digit.pixels,
        Float32Array.from(grays, (gray) => gray / 255),
        1e-6,
      );
    }
  },
);

describe('a sheet of paper that does not fill the image', () => {
  test.each([
    ['white paper, with transparent corners', 255],
    ['black paper, with transparent corners', 0],
  ])('%s', (_, paper) => {
    const sheet = plain(seven.map((gray) => Math.abs(paper - gray)));
    for (const corner of [0, 1, 26, 27, 28, 55, 728, 755, 756, 757, 782, 783]) sheet.rgba[4 * corner + 3] = 0;
    const read = readDigit(sheet, shape, automatic);
    expect(read).toMatchObject({ ink: paper === 0 ? 'light' : 'dark', decidedBy: 'border' });
    expectPixels(read.digit.pixels, sevenIn01, 1e-6);
  });

  test('with a wide transparent margin', () => {
    const rgba = new Uint8Array(48 * 48 * 4);
    seven.forEach((gray, at) => {
      rgba.set(
        [255 - gray, 255 - gray, 255 - gray, 255],
        4 * ((10 + Math.floor(at / 28)) * 48 + 10 + (at % 28)),
      );
    });
    const read = readDigit({ ...plain([0]), rgba, shape: [48, 48] }, shape, automatic);
    expect(read).toMatchObject({ ink: 'dark', decidedBy: 'border' });
    expectPixels(read.digit.pixels, sevenIn01, 1e-6);
  });
});

describe('noise', () => {
  /** Deterministic noise with the standard deviation of a camera. */
  const noise = (at: number) => ((at * 7919) % 13) - 6;

  test('an uneven background is not part of the digit', () => {
    const samples = enlarge(seven).map((gray, at) => 220 - Math.round(gray * 0.8) + noise(at));
    const read = readDigit(plain(samples, 280), shape, automatic);
    expect(read.ink).toBe('dark');
    expectPixels(read.digit.pixels, sevenIn01, 0.25);
    const inkOf = (pixels: Float32Array) => pixels.filter((gray) => gray > 0).length;
    expect(inkOf(read.digit.pixels)).toBeLessThanOrEqual(inkOf(sevenIn01));
  });

  test('ripples near edges in a lossy format are not part of the digit', () => {
    const rippled = seven.map((gray, at) => (gray === 0 ? (at * 31) % 18 : gray));
    for (let at = 0; at < 784; at += 1)
      if (at < 28 || at >= 756 || at % 28 === 0 || at % 28 === 27) rippled[at] = 0;
    const read = readDigit({ ...plain(rippled), isLossy: true }, shape, automatic);
    expectPixels(read.digit.pixels, sevenIn01, 0.08);
  });

  test('a sheet with only noise is not a digit', () => {
    const samples = Array.from({ length: 100 * 100 }, (_, at) => 220 + noise(at));
    expect(() => readDigit(plain(samples, 100), shape, automatic)).toThrow(
      'There is no digit here: nothing in digit is distinct from its background.',
    );
  });
});

test('pencil is scaled to the contrast of ink', () => {
  const faint = plain(seven.map((gray) => 250 - Math.round(gray / 4)));
  const { digit } = readDigit(faint, shape, automatic);
  expect(Math.max(...digit.pixels)).toBe(1);
  expectPixels(digit.pixels, sevenIn01, 0.02);
});

test.each<[string, DecodedImage, string]>([
  ['white', plain(Array(784).fill(255)), 'all 28×28 pixels of digit have the same color, #ffffff.'],
  ['black', plain(Array(784).fill(0)), 'all 28×28 pixels of digit have the same color, #000000.'],
  ['one gray', plain(Array(784).fill(77)), 'all 28×28 pixels of digit have the same color, #4d4d4d.'],
  [
    'transparent',
    { ...plain([]), rgba: new Uint8Array(3136), shape },
    'all 28×28 pixels of digit are transparent.',
  ],
  ['a single pixel', plain([9], 1), 'all 1×1 pixels of digit have the same color, #090909.'],
])('%s: there is no digit', (_, image, reason) => {
  for (const forced of [undefined, 'dark', 'light'] as const)
    expect(() => readDigit(image, shape, { ...automatic, forced })).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: `There is no digit here: ${reason}` }),
    );
});

describe('forced', () => {
  const light = plain(seven);
  const onTransparent = (ink: number): DecodedImage => ({
    ...light,
    rgba: Uint8Array.from(seven.flatMap((gray) => [ink, ink, ink, gray])),
  });

  test.each([
    ['light', light],
    ['dark', plain(seven.map((gray) => 255 - gray))],
    ['light', onTransparent(255)],
    ['dark', onTransparent(0)],
  ] as const)('%s ink, where there is some', (forced, image) => {
    const read = readDigit(image, shape, { ...automatic, forced });
    expect(read).toMatchObject({ ink: forced, decidedBy: 'flag' });
    expectPixels(read.digit.pixels, sevenIn01, 1e-6);
  });

  test.each([
    ['dark', light, 'darker than its background, which is what --invert looks for. Leave out --invert.'],
    ['light', onTransparent(0), 'lighter than its background, which is what --no-invert looks for.'],
  ] as const)('%s ink, where there is none', (forced, image, reason) => {
    expect(() => readDigit(image, shape, { ...automatic, forced })).toThrow(reason);
  });
});

/** Strokes of any opacity away from the border, one of them opaque. */
const drawings = fc
  .record({
    height: fc.integer({ min: 12, max: 60 }),
    width: fc.integer({ min: 12, max: 60 }),
    strokes: fc.array(
      fc.record({
        ...{
          top: fc.double({ min: 0, max: 0.9, noNaN: true }),
          left: fc.double({ min: 0, max: 0.9, noNaN: true }),
        },
        ...{ rows: fc.integer({ min: 1, max: 8 }), columns: fc.integer({ min: 1, max: 8 }) },
        opacity: fc.integer({ min: 1, max: 255 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ height, width, strokes }) => {
    const opacities = new Uint8Array(height * width);
    for (const [index, { top, left, rows, columns, opacity }] of strokes.entries()) {
      const firstRow = 1 + Math.floor(top * (height - 2));
      const firstColumn = 1 + Math.floor(left * (width - 2));
      for (let row = firstRow; row < Math.min(height - 1, firstRow + rows); row += 1)
        for (let column = firstColumn; column < Math.min(width - 1, firstColumn + columns); column += 1)
          opacities[row * width + column] = index === 0 ? 255 : opacity;
    }
    // The last stroke may cover the first.
    if (!opacities.includes(255)) opacities[width + 1] = 255;
    return { opacities, shape: [height, width] as const };
  });

test('property: a saved drawing gives the same pixels as on the try-it page, in any format', async () => {
  await fc.assert(
    fc.asyncProperty(drawings, fc.boolean(), async ({ opacities, shape: drawn }, isInterlaced) => {
      const onPage = centerDigit(
        { pixels: Float32Array.from(opacities, (each) => each / 255), shape: drawn },
        shape,
      )!;
      const grays = Array.from(opacities);
      const saved: [PngContent, number][] = [
        [{ ...grey8, shape: drawn, samples: grays }, 0],
        [{ ...grey8, shape: drawn, samples: grays.map((gray) => 255 - gray) }, 1e-5],
        // Like canvas.toDataURL(): white ink on transparent black.
        ...[255, 0, 90].map((ink): [PngContent, number] => [
          { shape: drawn, color: 'greyAlpha', depth: 8, samples: grays.flatMap((gray) => [ink, gray]) },
          0,
        ]),
      ];
      for (const [png, tolerance] of saved) {
        const image = await decodeImage(makePng({ ...png, isInterlaced }), 'drawing');
        expectPixels(readDigit(image, shape, automatic).digit.pixels, onPage.pixels, tolerance);
      }
    }),
    { numRuns: 25 },
  );
});

describe('unchanged', () => {
  test('the gray values, with transparent parts as black', () => {
    const rgba = Uint8Array.of(51, 51, 51, 255, 255, 255, 255, 0, 255, 0, 0, 255, 255, 255, 255, 51);
    const pixels = readUnchanged({ ...plain([]), rgba, shape: [2, 2] }, [2, 2], 'digit');
    expect(Array.from(pixels)).toEqual([0.2, 0, 0.299, 0.2].map((gray) => expect.closeTo(gray, 6)));
  });

  test('of another size is refused', () => {
    expect(() => readUnchanged(plain([1, 2, 3], 1), [28, 28], 'digit')).toThrow(
      /digit is 3×1 pixels, and the model was trained on 28×28\. Scale it to that size, or leave out --raw\./,
    );
  });
});

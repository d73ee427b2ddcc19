import fc from 'fast-check';
import type { Conversion } from '../../../lib/contracts/conversion';
import { type ImageShape, valuesPerImage } from '../../../lib/contracts/image-shape';
import { convertRows } from '../../../lib/dataset/conversion/convert-rows';
import type { ImageRows } from '../../../lib/dataset/conversion/image-rows';

const makeRows = (values: ImageRows['values'], shape: ImageShape): ImageRows => ({
  values,
  shape,
  rowCount: values.length / valuesPerImage(shape),
  nameOf: (row) => `image ${row}`,
});
const makeConversion = (imageShape: ImageShape, changes: Partial<Conversion> = {}): Conversion => ({
  imageShape,
  white: 255,
  black: 0,
  invert: false,
  transpose: false,
  resize: false,
  ...changes,
});
const convert = (
  values: ImageRows['values'],
  from: ImageShape,
  to: ImageShape,
  changes?: Partial<Conversion>,
) => convertRows(makeRows(values, from), makeConversion(to, changes));

describe('values', () => {
  test.each<[what: string, values: ImageRows['values'], white: number, black: number, bytes: number[]]>([
    ['bytes', Uint8Array.of(0, 1, 254, 255), 255, 0, [0, 1, 254, 255]],
    ['digits of 4 bits', Float64Array.of(0, 1, 8, 16), 16, 0, [0, 16, 128, 255]],
    ['bytes of another white', Uint8Array.of(0, 1, 8, 16), 16, 0, [0, 16, 128, 255]],
    ['fractions', Float32Array.of(0, 0.5, 1), 1, 0, [0, 128, 255]],
    ['from -1 to 1', Float32Array.of(-1, 0, 1), 1, -1, [0, 128, 255]],
    ['16 bits', Int32Array.of(0, 257, 65_535), 65_535, 0, [0, 1, 255]],
    ['signed bytes', Int8Array.of(0, 127), 127, 0, [0, 255]],
    ['fractions of bytes', Float64Array.of(0.4, 0.5, 254.6), 255, 0, [0, 1, 255]],
  ])('%s', (_, values, white, black, bytes) => {
    const { pixels, problems } = convert(values, [1, values.length], [1, values.length], { white, black });
    expect(problems).toEqual([]);
    expect([...pixels]).toEqual(bytes);
  });

  test('the float32 u / 255 is the byte u again', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const fractions = Float32Array.from(bytes, (byte) => byte / 255);
    expect(convert(fractions, [16, 16], [16, 16], { white: 1 }).pixels).toEqual(bytes);
  });

  test.each<[values: ImageRows['values'], white: number, message: string]>([
    [
      Uint8Array.of(16, 17),
      16,
      'image 1 has the value 17, and the values of this dataset go from 0 (black) to 16 (white). Correct this image, or give the value of white in the whole dataset with --white.',
    ],
    [
      Int16Array.of(0, -1),
      255,
      'image 1 has the value -1, and the values of this dataset go from 0 (black) to 255 (white). Correct this image, or give the value of white in the whole dataset with --white.',
    ],
    [
      Float32Array.of(0, Number.NaN),
      1,
      'image 1 has the value NaN, and the values of this dataset go from 0 (black) to 1 (white). Correct or remove this image.',
    ],
    [
      Float64Array.of(0, Number.POSITIVE_INFINITY),
      1,
      'image 1 has the value Infinity, and the values of this dataset go from 0 (black) to 1 (white). Correct or remove this image.',
    ],
  ])('outside of the scale: %j with white %d', (values, white, message) => {
    expect(convert(values, [1, 1], [1, 1], { white }).problems).toEqual([message]);
  });

  test('one problem for an image with several', () => {
    expect(convert(Uint8Array.of(17, 18), [1, 2], [1, 2], { white: 16 }).problems).toHaveLength(1);
  });
});

describe('channels', () => {
  test('gray from color is exact for gray, and the luma of ITU-R BT.601 for colors', () => {
    const gray = Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3));
    expect([...convert(gray, [16, 16, 3], [16, 16]).pixels]).toEqual([...Array(256).keys()]);
    const colors = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect([...convert(colors, [1, 3, 3], [1, 3]).pixels]).toEqual([76, 150, 29]);
  });

  test('color from gray has three equal channels', () => {
    expect([...convert(Uint8Array.of(7, 9), [1, 2], [1, 2, 3]).pixels]).toEqual([7, 7, 7, 9, 9, 9]);
  });
});

describe('sides', () => {
  test('transposed: rows become columns, with all channels of a pixel', () => {
    const gray = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
    const { pixels } = convert(gray, [2, 3], [3, 2], { transpose: true });
    expect([...pixels]).toEqual([1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
    const color = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect([...convert(color, [1, 2, 3], [2, 1, 3], { transpose: true }).pixels]).toEqual([...color]);
  });

  test('images of another size are named', () => {
    expect(convert(new Uint8Array(12), [2, 3], [3, 3]).problems).toEqual([
      'image 0 has 3×2 pixels, and the images of this dataset have 3×3. Scale it to this size, or scale all images with --image-size.',
      'image 1 has 3×2 pixels, and the images of this dataset have 3×3. Scale it to this size, or scale all images with --image-size.',
    ]);
  });

  test('the expected size is the one before transposition', () => {
    expect(convert(new Uint8Array(6), [3, 2], [3, 2], { transpose: true }).problems).toEqual([
      expect.stringContaining('image 0 has 2×3 pixels, and the images of this dataset have 3×2.'),
    ]);
  });
});

describe('scaled', () => {
  const scale = (values: number[], from: ImageShape, to: ImageShape, changes: Partial<Conversion> = {}) => [
    ...convert(Uint8Array.from(values), from, to, { resize: true, ...changes }).pixels,
  ];

  test.each<[what: string, values: number[], from: ImageShape, to: ImageShape, scaled: number[]]>([
    ['the mean of 2 × 2', [0, 10, 20, 30], [2, 2], [1, 1], [15]],
    ['parts of pixels by their area', [0, 90, 240], [1, 3], [1, 2], [30, 190]],
    ['each channel by itself', [0, 10, 20, 100, 110, 120], [1, 2, 3], [1, 1, 3], [50, 60, 70]],
    ['larger', [10, 20], [1, 2], [2, 4], [10, 10, 20, 20, 10, 10, 20, 20]],
    ['a wide image with ground above and below', [8, 8, 8, 8], [2, 2], [4, 2], [0, 0, 8, 8, 8, 8, 0, 0]],
    ['half a pixel further up where one is left over', [8, 8], [1, 2], [2, 2], [8, 8, 0, 0]],
    ['a line is at least one pixel high', Array(40).fill(8), [1, 40], [2, 2], [8, 8, 0, 0]],
  ])('%s', (_, values, from, to, scaled) => {
    expect(scale(values, from, to)).toEqual(scaled);
  });

  test('with invert, a scan is extended by its white paper', () => {
    expect(scale([255, 0], [1, 2], [2, 2], { invert: true })).toEqual([0, 255, 0, 0]);
  });

  test('one color stays the same color at every size', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 255 }), (from, to, color) => {
        expect(new Set(scale(Array(from * from).fill(color), [from, from], [to, to]))).toEqual(
          new Set([color]),
        );
      }),
    );
  });

  test('the size that an image has changes nothing', () => {
    const image = fc.uint8Array({ minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(image, (values) => expect(scale([...values], [6, 6], [6, 6])).toEqual([...values])),
    );
  });
});

test('inverted or transposed twice, an image is unchanged; the source is never written', () => {
  const image = fc.uint8Array({ minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(image, fc.boolean(), (values, invert) => {
      const before = [...values];
      const once = convert(values, [2, 2, 3], [2, 2, 3], { invert, transpose: true }).pixels;
      const twice = convert(once, [2, 2, 3], [2, 2, 3], { invert, transpose: true }).pixels;
      expect([...twice]).toEqual(before);
      expect([...values]).toEqual(before);
    }),
  );
});

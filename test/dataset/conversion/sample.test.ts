import type { ImageShape } from '../../../lib/contracts/image-shape';
import { chooseImageShape } from '../../../lib/dataset/conversion/choose-image-shape';
import type { ImageRows } from '../../../lib/dataset/conversion/image-rows';
import { measureRows, type RowMeasures } from '../../../lib/dataset/conversion/measure-rows';

const makeRows = (values: ImageRows['values'], shape: ImageShape, rowCount = 1): ImageRows => ({
  values,
  shape,
  rowCount,
  nameOf: String,
});

describe('measureRows', () => {
  test.each<[ImageRows, Partial<RowMeasures>]>([
    [
      makeRows(Uint8Array.of(3, 16), [1, 1], 2),
      { type: 'uint8', lowest: 3, highest: 16, isWhole: true, rowCount: 2 },
    ],
    [
      makeRows(Float32Array.of(-0.5, 1), [1, 2]),
      { type: 'float32', lowest: -0.5, highest: 1, isWhole: false },
    ],
    [makeRows(Float64Array.of(Number.NaN, 1), [1, 2]), { hasFiniteOnly: false, lowest: 1, isWhole: true }],
    [makeRows(Int16Array.of(1, 1, 1, 2, 2, 2), [1, 2, 3]), { type: 'int16', isGray: true }],
    [makeRows(Uint8Array.of(1, 1, 1, 2, 2, 3), [1, 2, 3]), { isGray: false }],
  ])('%j', (rows, expected) => {
    expect(measureRows(rows)).toMatchObject(expected);
  });

  test('measures of several blocks are those of all rows', () => {
    const blocks = [
      makeRows(Uint8Array.of(5, 6), [1, 1], 2),
      makeRows(Uint8Array.of(1, 2), [2, 1]),
      makeRows(Uint8Array.of(9, 9), [1, 2]),
      makeRows(Uint8Array.of(4), [1, 1]),
    ];
    const measures = blocks.reduce<RowMeasures | undefined>(
      (before, rows) => measureRows(rows, before),
      undefined,
    );
    expect(measures).toEqual({
      rowCount: 5,
      type: 'uint8',
      lowest: 1,
      highest: 9,
      isWhole: true,
      hasFiniteOnly: true,
      isGray: true,
      shapes: [
        { shape: [1, 1], rowCount: 3 },
        { shape: [2, 1], rowCount: 1 },
        { shape: [1, 2], rowCount: 1 },
      ],
    });
  });
});

describe('chooseImageShape', () => {
  const settings = { imageSize: 0, channels: 0, transpose: false } as const;
  const one = { shapes: [{ shape: [2, 3], rowCount: 1 }], isGray: true, rowCount: 1 } as const;

  test.each<[Partial<typeof one | { isGray: boolean }>, object, object]>([
    [{}, {}, { imageShape: [2, 3], resize: false }],
    [{ isGray: false }, {}, { imageShape: [2, 3, 3], resize: false }],
    [{}, { channels: 3 }, { imageShape: [2, 3, 3], resize: false }],
    [{ isGray: false }, { channels: 1 }, { imageShape: [2, 3], resize: false }],
    [{}, { transpose: true }, { imageShape: [3, 2], resize: false }],
    [{}, { imageSize: 8 }, { imageShape: [8, 8], resize: true }],
    [{ isGray: false }, { imageSize: 8 }, { imageShape: [8, 8, 3], resize: true }],
  ])('%j, %j', (measures, changes, expected) => {
    expect(chooseImageShape({ ...one, ...measures }, { ...settings, ...changes })).toEqual(expected);
  });

  const different = {
    shapes: [
      { shape: [32, 32], rowCount: 5 },
      { shape: [20, 30], rowCount: 2 },
      { shape: [400, 300, 3], rowCount: 1 },
    ],
    isGray: true,
    rowCount: 8,
  } as const;

  test('different sizes are refused with what was found, unless a size is given', () => {
    expect(chooseImageShape(different, settings)).toEqual({
      problem:
        'The images have different sizes, and a model needs one. Of the 8 images that were looked at, the smallest has 30×20 pixels, the largest 300×400, and the most common size is 32×32 (5 images). Give the size to scale all of them to, such as --image-size 32.',
    });
    expect(chooseImageShape(different, { ...settings, imageSize: 32 })).toHaveProperty('resize', true);
  });

  test('all sizes different', () => {
    const shapes = different.shapes.map(({ shape }) => ({ shape, rowCount: 1 }));
    expect(chooseImageShape({ ...different, shapes }, settings)).toEqual({
      problem: expect.stringContaining('the largest 300×400, and no size is there twice. Give'),
    });
  });

  test('gray and color images of one size go together', () => {
    const shapes = [
      { shape: [2, 2], rowCount: 1 },
      { shape: [2, 2, 3], rowCount: 1 },
    ] as const;
    expect(chooseImageShape({ shapes, isGray: false, rowCount: 2 }, settings)).toEqual({
      imageShape: [2, 2, 3],
      resize: false,
    });
  });
});

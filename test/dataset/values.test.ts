import { parseIdx } from '../../lib/dataset/idx';
import { toLabelFile } from '../../lib/dataset/label-values';
import { toPixelFile } from '../../lib/dataset/pixel-values';
import { encodeIdx, encodeTypedIdx } from '../support/tiny-dataset';

const types = ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'] as const;
type Type = (typeof types)[number];
const pixels = (type: Type, values: readonly number[], shape: readonly number[] = [values.length, 1, 1]) =>
  toPixelFile(parseIdx(encodeTypedIdx(type, shape, values), 'images'), 'images');
const labels = (type: Type, values: readonly number[], shape: readonly number[] = [values.length]) =>
  toLabelFile(parseIdx(encodeTypedIdx(type, shape, values), 'labels'), 'labels');

describe('pixels', () => {
  test.each(types)('whole numbers as %s are kept', (type) => {
    const values = type === 'int8' ? [0, 1, 127] : [0, 1, 16, 255];
    const { file, data, shape } = pixels(type, values);
    expect([...data]).toEqual(values);
    expect(shape).toEqual([values.length, 1, 1]);
    expect(file).toEqual(encodeIdx(shape, Uint8Array.from(values)));
  });

  test.each(['float32', 'float64'] as const)('fractions as %s are multiplied by 255, with a note', (type) => {
    const { data, remarks } = pixels(type, [0, 128 / 255, 1]);
    expect([...data]).toEqual([0, 128, 255]);
    expect(remarks).toEqual([
      `images has ${type} pixels from 0 to 1: 1 is interpreted as white, with 255 steps.`,
    ]);
  });

  test('float zeros and ones are black and white', () => {
    expect([...pixels('float32', [0, 1]).data]).toEqual([0, 255]);
  });

  test.each<[string, Type, readonly number[], RegExp]>([
    [
      'negative',
      'int8',
      [-128, 0, 127],
      /^images has pixels from -128 to 127, and pixels are whole numbers from 0/,
    ],
    ['too large', 'int16', [0, 4095], /from 0 to 4095, and .* Scale them to one of these/],
    ['above white', 'int32', [0, 256], /from 0 to 256, and/],
    ['fractions above one', 'float32', [0, 0.5, 255], /from 0 to 255, with fractions, and/],
    ['centered', 'float64', [-1, 0.25, 1], /from -1 to 1, with fractions, and/],
    ['not numbers', 'float32', [0, Number.NaN], /has pixels that are NaN or infinite, and/],
    ['infinite', 'float64', [0, Number.POSITIVE_INFINITY], /has pixels that are NaN or infinite, and/],
  ])('%s: refused with the range', (_, type, values, message) => {
    expect(() => pixels(type, values)).toThrow(expect.objectContaining({ name: 'InvalidDataset' }));
    expect(() => pixels(type, values)).toThrow(message);
  });

  test.each<[number, readonly string[]]>([
    [255, []],
    [128, []],
    [
      127,
      [expect.stringContaining('brightest pixel of images is 127, and white is 255: its images use 127/255')],
    ],
    [
      16,
      [
        expect.stringMatching(
          /images use 16\/255 .* If 16 means white in this file, multiply the pixels by 15\.9375,/,
        ),
      ],
    ],
    [7, [expect.stringContaining('multiply the pixels by 36.4285,')]],
    [0, [expect.stringMatching(/^Every pixel of images is 0/)]],
  ])('a brightest pixel of %i', (brightest, remarks) => {
    expect(pixels('uint8', [0, brightest]).remarks).toEqual(remarks);
  });

  test.each([1, 2, 7, 16, 100, 127])(
    'the remedy for %i works: no pixel leaves the range, and there is no note',
    (brightest) => {
      const [remark] = pixels('uint8', [brightest]).remarks;
      const factor = Number(/multiply the pixels by ([\d.]+),/.exec(remark!)![1]);
      expect(pixels('uint8', [Math.round(brightest * factor)])).toMatchObject({
        data: Uint8Array.of(255),
        remarks: [],
      });
    },
  );

  test.each([[[2, 1, 3, 1]], [[2, 1, 1, 3]]])('a channel of size 1 in %j is removed', (shape) => {
    const { shape: found, file } = pixels('uint8', [1, 2, 3, 4, 5, 200], shape);
    expect(found).toEqual([2, 1, 3]);
    expect(parseIdx(file, 'file').shape).toEqual([2, 1, 3]);
  });

  test.each([[[6]], [[2, 3]], [[1, 3, 1, 2]], [[1, 2, 3, 1, 1]]])('%j is refused', (shape) => {
    expect(() => pixels('uint8', [1, 2, 3, 4, 5, 6], shape)).toThrow(
      /^images has \d dimensions .* images have three/,
    );
  });
});

describe('labels', () => {
  test.each(types)('as %s', (type) => {
    const { file, data } = labels(type, [0, 9, 26]);
    expect([...data]).toEqual([0, 9, 26]);
    expect(file).toEqual(encodeIdx([3], Uint8Array.of(0, 9, 26)));
  });

  test('as a column', () => {
    expect(labels('uint8', [3, 1, 2], [3, 1])).toEqual({
      file: encodeIdx([3], Uint8Array.of(3, 1, 2)),
      data: Uint8Array.of(3, 1, 2),
      shape: [3],
      remarks: [],
    });
  });

  test("in QMNIST's eight columns: the first, with a note", () => {
    const rows = [5, 0, 2598, 0, 5, 2, 0, 7, 0, 1, 2599, 4, 0, 9, 1, 8];
    const { data, remarks } = labels('int32', rows, [2, 8]);
    expect([...data]).toEqual([5, 0]);
    expect(remarks).toEqual([expect.stringContaining('like QMNIST')]);
  });

  test('as one-hot rows, with a note', () => {
    const { data, remarks } = labels('float32', [0, 0, 1, 1, 0, 0, 0, 1, 0], [3, 3]);
    expect([...data]).toEqual([2, 0, 1]);
    expect(remarks).toEqual([expect.stringContaining('one-hot rows of 3')]);
  });

  test.each<[string, Type, readonly number[], readonly number[], RegExp]>([
    ['two ones in a row', 'uint8', [1, 1, 0, 1], [2, 2], /2 dimensions \(2×2\), and labels have one/],
    ['a row without a one', 'uint8', [1, 0, 0, 0], [2, 2], /2 dimensions/],
    ['a two among the ones', 'uint8', [2, 0, 0, 1], [2, 2], /2 dimensions/],
    ['three dimensions', 'uint8', [1, 2], [2, 1, 1], /3 dimensions \(2×1×1\)/],
    [
      'fractions',
      'float32',
      [1, 0.5],
      [2],
      /^labels has the label 0\.5 at row 1, and labels are whole numbers from 0 to 255/,
    ],
    ['negative', 'int8', [-1, 1], [2], /label -1 at row 0/],
    ['more than a byte', 'int32', [255, 256], [2], /label 256 at row 1/],
    ['NaN', 'float64', [Number.NaN], [1], /label NaN at row 0/],
  ])('%s: refused', (_, type, values, shape, message) => {
    expect(() => labels(type, values, shape)).toThrow(expect.objectContaining({ name: 'InvalidDataset' }));
    expect(() => labels(type, values, shape)).toThrow(message);
  });
});

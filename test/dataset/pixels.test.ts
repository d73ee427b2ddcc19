import { areNormalized, normalizePixels, quantizePixels, scalePixels } from '../../lib/dataset/pixels';

test('every byte becomes the float32 nearest to u / 255', () => {
  const normalized = normalizePixels(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  // 255 · f differs from u by less than half the distance to the next float32, for the nearest one only.
  for (const [byte, value] of normalized.entries()) {
    const step = 2 ** (Math.floor(Math.log2(value || 1)) - 23);
    expect(Math.abs(255 * value - byte)).toBeLessThanOrEqual((255 * step) / 2);
  }
  expect([normalized[0], normalized[51], normalized[255]]).toEqual([0, Math.fround(0.2), 1]);
});

test('all 256 pixels are restored from their float32', () => {
  const all = Uint8Array.from({ length: 256 }, (_, pixel) => pixel);
  const restored = new Uint8Array(256);
  quantizePixels(normalizePixels(all), restored, 'train-00000.npz');
  expect(restored).toEqual(all);
});

test.each([-1 / 255, 256 / 255, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'the pixel %d is not one of the 256, and is refused',
  (value) => {
    expect(() => quantizePixels(Float32Array.of(0, value), new Uint8Array(2), 'train-00000.npz')).toThrow(
      /train-00000\.npz has the pixel .*not one of the 256 values/,
    );
  },
);

test('normalized pixels are compared bit by bit', () => {
  const pixels = Uint8Array.of(0, 51, 255);
  const images = normalizePixels(pixels);
  expect(areNormalized(images, pixels)).toBe(true);
  expect(areNormalized(images.subarray(1), pixels)).toBe(false);
  for (const [index, value] of [-0, 0.2 + 1e-7, Number.NaN].entries()) {
    const altered = images.slice();
    altered[index] = value;
    expect(areNormalized(altered, pixels)).toBe(false);
  }
});

test('bytes as fractions, unchanged, and around zero', () => {
  const pixels = Uint8Array.of(0, 51, 255);
  expect([...scalePixels(pixels, '0..1')]).toEqual([0, Math.fround(0.2), 1]);
  expect([...scalePixels(pixels, '0..255')]).toEqual([0, 51, 255]);
  expect([...scalePixels(pixels, '-1..1')]).toEqual([-1, Math.fround(-0.6), 1]);
});

import fc from 'fast-check';
import type { AugmentationSettings } from '../../lib/augmentation/augmentation-settings';
import { ImageAugmenter } from '../../lib/augmentation/image-augmenter';
import { channelsOf, type ImageShape, valuesPerImage } from '../../lib/contracts/image-shape';
import { createRandom } from '../../lib/random/seeded-random';

const none: AugmentationSettings = {
  shiftPixels: 0,
  rotationDegrees: 0,
  zoomFraction: 0,
  shearFraction: 0,
  elasticPixels: 0,
  elasticSigma: 4,
};
const all: AugmentationSettings = {
  shiftPixels: 2.5,
  rotationDegrees: 12,
  zoomFraction: 0.12,
  shearFraction: 0.15,
  elasticPixels: 34,
  elasticSigma: 4,
};

function augment(
  settings: AugmentationSettings,
  shape: ImageShape,
  pixels: Uint8Array,
  random = createRandom(1),
): Uint8Array {
  const target = new Uint8Array(pixels.length);
  new ImageAugmenter(settings, shape).augment(pixels, target, 0, random);
  return target;
}

const side = fc.integer({ min: 1, max: 12 });
const shapes: fc.Arbitrary<ImageShape> = fc.oneof(
  fc.tuple(side, side),
  fc.tuple(side, side, fc.constant(3 as const)),
);
const images = shapes.chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.uint8Array({ minLength: valuesPerImage(shape), maxLength: valuesPerImage(shape) }),
  ),
);

/** The same deformation, pixel by pixel in the plainest way: the numbers are drawn in the same order. */
function slowly(
  settings: AugmentationSettings,
  shape: ImageShape,
  pixels: Uint8Array,
  random = createRandom(1),
): number[] {
  const [height, width] = shape;
  const channels = channelsOf(shape);
  const [shiftX, shiftY, turn, zoomX, zoomY, shear] = Array.from(
    { length: 6 },
    () => (random() / 2 ** 32) * 2 - 1,
  ) as [number, number, number, number, number, number];
  const angle = settings.rotationDegrees * turn * (Math.PI / 180);
  const center = [(height - 1) / 2, (width - 1) / 2] as const;
  const pixelAt = (row: number, column: number, channel: number) =>
    row < 0 || column < 0 || row >= height || column >= width
      ? 0
      : pixels[(row * width + column) * channels + channel]!;
  return Array.from(pixels, (_, index) => {
    const channel = index % channels;
    const column = Math.floor(index / channels) % width;
    const row = Math.floor(index / channels / width);
    // Undo the shift, the rotation, the shear and the zoom, in this order.
    const x1 = column - center[1] - settings.shiftPixels * shiftX;
    const y1 = row - center[0] - settings.shiftPixels * shiftY;
    const x2 = Math.cos(angle) * x1 + Math.sin(angle) * y1;
    const y2 = Math.cos(angle) * y1 - Math.sin(angle) * x1;
    const x3 = x2 - settings.shearFraction * shear * y2;
    const x = x3 / (1 + settings.zoomFraction * zoomX) + center[1];
    const y = y2 / (1 + settings.zoomFraction * zoomY) + center[0];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    let value = 0;
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const weight = (1 - Math.abs(x - left - dx)) * (1 - Math.abs(y - top - dy));
      value += weight * pixelAt(top + dy, left + dx, channel);
    }
    return value;
  });
}

test('settings of 0 change no byte', () => {
  fc.assert(
    fc.property(images, ([shape, pixels]) => {
      expect(augment(none, shape, pixels)).toEqual(pixels);
    }),
  );
});

test('an affine deformation is what a direct implementation gives, to a gray level', () => {
  const settings = fc.record({
    shiftPixels: fc.double({ min: 0, max: 3, noNaN: true }),
    rotationDegrees: fc.double({ min: 0, max: 180, noNaN: true }),
    zoomFraction: fc.double({ min: 0, max: 0.9, noNaN: true }),
    shearFraction: fc.double({ min: 0, max: 2, noNaN: true }),
    elasticPixels: fc.constant(0),
    elasticSigma: fc.constant(4),
  });
  fc.assert(
    fc.property(images, settings, fc.nat(), ([shape, pixels], chosen, seed) => {
      const expected = slowly(chosen, shape, pixels, createRandom(seed));
      const found = augment(chosen, shape, pixels, createRandom(seed));
      found.forEach((value, index) => {
        expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(0.500001);
      });
    }),
  );
});

test('equal random numbers give equal bytes, at any position of a batch', () => {
  fc.assert(
    fc.property(images, fc.nat(), fc.nat(4), ([shape, pixels], seed, position) => {
      const size = pixels.length;
      const batch = new Uint8Array(5 * size);
      batch.set(pixels, position * size);
      const target = new Uint8Array(5 * size);
      const augmenter = new ImageAugmenter(all, shape);
      // What was augmented before has no influence.
      augmenter.augment(batch, target, (position + 1) % 5, createRandom(seed, 1));
      augmenter.augment(batch, target, position, createRandom(seed));
      expect(target.subarray(position * size, (position + 1) * size)).toEqual(
        augment(all, shape, pixels, createRandom(seed)),
      );
    }),
  );
});

test('each channel is deformed like an image of its own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 9 }),
      fc.array(fc.uint8Array({ minLength: 81, maxLength: 81 }), { minLength: 3, maxLength: 3 }),
      (side, planes) => {
        const count = side * side;
        const pixels = Uint8Array.from(
          { length: 3 * count },
          (_, at) => planes[at % 3]![Math.floor(at / 3)]!,
        );
        const found = augment(all, [side, side, 3], pixels);
        planes.forEach((plane, channel) => {
          const alone = augment(all, [side, side], plane.slice(0, count));
          expect(found.filter((_, at) => at % 3 === channel)).toEqual(alone);
        });
      },
    ),
  );
});

test('the ink of a drawing stays in the image, and about as much of it', () => {
  const pixels = new Uint8Array(784);
  for (let row = 8; row < 20; row += 1) pixels.fill(255, row * 28 + 11, row * 28 + 17);
  const ink = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0);
  const shares = Array.from({ length: 300 }, (_, seed) => {
    return ink(augment(all, [28, 28], pixels, createRandom(seed))) / ink(pixels);
  });
  // Zoom alone changes the area by up to 1.12² and 0.88².
  expect(Math.min(...shares)).toBeGreaterThan(0.5);
  expect(Math.max(...shares)).toBeLessThan(2);
  expect(shares.reduce((sum, share) => sum + share) / shares.length).toBeCloseTo(1, 1);
});

test('a shift moves ink by the same distance in all four directions', () => {
  const pixels = new Uint8Array(81);
  pixels[40] = 255;
  const found = new Set<number>();
  for (let seed = 0; seed < 300; seed += 1) {
    const shifted = augment({ ...none, shiftPixels: 2 }, [9, 9], pixels, createRandom(seed));
    shifted.forEach((value, pixel) => {
      if (value > 100) found.add(pixel);
    });
  }
  const block = [22, 23, 24].concat([31, 32, 33], [40, 41, 42], [49, 50, 51], [58, 59, 60]);
  for (const pixel of [20, 24, 40, 56, 60]) expect(found).toContain(pixel);
  for (const pixel of [19, 25, 11, 65]) expect(found).not.toContain(pixel);
  expect(block.every((pixel) => found.has(pixel))).toBe(true);
});

test('the settings of one deformation do not change what is drawn for another', () => {
  const pixels = Uint8Array.from({ length: 784 }, (_, at) => (at * 37) % 256);
  const shifted = { ...none, shiftPixels: 3 };
  const alone = augment(shifted, [28, 28], pixels);
  expect(augment({ ...shifted, zoomFraction: 1e-9 }, [28, 28], pixels)).toEqual(alone);
});

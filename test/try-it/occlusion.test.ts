import { measureOcclusion } from '../../lib/try-it/occlusion';

const shape = [6, 6] as const;
const imagePixels = 36;
/** Ink everywhere except in the last row. */
const image = {
  pixels: Float32Array.from({ length: imagePixels }, (_, pixel) => (pixel < 30 ? 1 : 0)),
  shape,
  isDrawing: true,
};

/** Two classes: the log-odds of class 0 are `ink at pro` − `ink at contra`. */
const makeClassifier = (pro: number, contra: number) => ({
  shape,
  classes: 2,
  classify: async (pixels: Float32Array, count = 1) =>
    Float32Array.from({ length: count }, (_, index) => {
      const at = (pixel: number) => pixels[index * imagePixels + pixel]!;
      return 1 / (1 + Math.exp(at(contra) - at(pro)));
    }).reduce<Float32Array>(
      (all, probability, index) => {
        all.set([probability, 1 - probability], index * 2);
        return all;
      },
      new Float32Array(count * 2),
    ),
});

const neighborsOf = (pixel: number) =>
  [-7, -6, -5, -1, 0, 1, 5, 6, 7].map((offset) => pixel + offset).filter((each) => each < 30);

test('ink near a pixel that supports the answer is above 0, near one that opposes it below 0, and all other 0', async () => {
  const contributions = (await measureOcclusion(makeClassifier(7, 22), image, 0, () => false))!;
  const expected = new Float32Array(imagePixels);
  for (const pixel of neighborsOf(7)) expected[pixel]! += 1;
  for (const pixel of neighborsOf(22)) expected[pixel]! -= 1;
  for (const [pixel, value] of contributions.entries()) expect(value).toBeCloseTo(expected[pixel]!, 4);
});

test('seen from the other class, the signs are reversed', async () => {
  const classifier = makeClassifier(7, 22);
  const forFirst = (await measureOcclusion(classifier, image, 0, () => false))!;
  const forSecond = (await measureOcclusion(classifier, image, 1, () => false))!;
  expect(forFirst.some((value) => value > 0.9)).toBe(true);
  for (const [pixel, value] of forSecond.entries()) expect(value).toBeCloseTo(-forFirst[pixel]!, 4);
});

test('a probability of exactly 1 has finite contributions', async () => {
  const classifier = {
    shape,
    classes: 2,
    classify: async (_: Float32Array, count = 1) =>
      Float32Array.from({ length: count * 2 }, (_value, index) => 1 - (index % 2)),
  };
  const contributions = (await measureOcclusion(classifier, image, 0, () => false))!;
  expect([...contributions]).toEqual(new Array(imagePixels).fill(0));
});

test('it stops after the batch in which it is canceled', async () => {
  const { classify, ...classifier } = makeClassifier(7, 22);
  const counting = jest.fn(classify);
  let askedCount = 0;
  const isCanceled = () => {
    askedCount += 1;
    return askedCount === 1;
  };
  expect(await measureOcclusion({ ...classifier, classify: counting }, image, 0, isCanceled)).toBeUndefined();
  // The whole image, and one of the two batches of the 30 pixels with ink.
  expect(counting.mock.calls.map(([, count]) => count)).toEqual([undefined, 16]);
});

test('a larger image is covered in blocks, so that the number of predictions stays the same', async () => {
  const large = { pixels: new Float32Array(56 * 56).fill(1), shape: [56, 56] as const, isDrawing: true };
  let imageCount = 0;
  const classifier = {
    shape: large.shape,
    classes: 2,
    classify: async (_: Float32Array, count = 1) => {
      imageCount += count;
      return new Float32Array(count * 2).fill(0.5);
    },
  };
  await measureOcclusion(classifier, large, 0, () => false);
  expect(imageCount).toBe(28 * 28 + 1);
});

test('of an image in color, each block becomes the mean color, also where the image is black', async () => {
  const shape = [4, 4, 3] as const;
  // Black and red in the upper half, white in the lower one.
  const pixels = Float32Array.from({ length: 48 }, (_, at) =>
    at >= 24 || (at % 3 === 0 && at >= 12) ? 1 : 0,
  );
  const seen: number[][] = [];
  const classifier = {
    shape,
    classes: 2,
    classify: async (images: Float32Array, count = 1) => {
      for (let index = 0; index < count; index += 1)
        seen.push(Array.from(images.subarray(index * 48, index * 48 + 3)));
      return Float32Array.from({ length: count * 2 }, (_, index) => 0.5 + (index % 2));
    },
  };
  await measureOcclusion(classifier, { pixels, shape, isDrawing: false }, 0, () => false);
  expect(seen).toHaveLength(17);
  expect(seen[0]).toEqual([0, 0, 0]);
  // The blocks around the first pixel cover it.
  const covered = seen.flatMap((color, index) => (color[0] === 0 ? [] : [index - 1]));
  expect(covered).toEqual([0, 1, 4, 5]);
  expect(seen[1]).toEqual([0.75, 0.5, 0.5]);
});

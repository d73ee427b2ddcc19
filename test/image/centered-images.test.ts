import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageShape } from '../../lib/contracts/image-shape';
import { valuesPerImage } from '../../lib/contracts/image-shape';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { areCentered } from '../../lib/image/centered-images';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { parseIdx } from '../support/parse-idx';
import { makePixels } from '../support/sample-models';

const readMnist = () => {
  const file = readFileSync(join(findMnistFolder(), rawFileNames.testImages));
  return parseIdx(file).data.slice(0, 200 * 784);
};

test('the images of MNIST are centered', () => {
  expect(areCentered({ pixels: readMnist(), count: 200, imageShape: [28, 28] })).toBe(true);
});

test.each<[string, (pixels: Uint8Array) => Uint8Array]>([
  ['shifted by two pixels', (pixels) => pixels.map((_, at) => pixels[at - 2] ?? 0)],
  ['dark on light', (pixels) => pixels.map((value) => 255 - value)],
  ['blank', (pixels) => pixels.fill(0)],
])('images of digits that are %s are not', (_, change) => {
  expect(areCentered({ pixels: change(readMnist()), count: 200, imageShape: [28, 28] })).toBe(false);
});

test.each<[string, ImageShape]>([
  ['gray', [8, 8]],
  ['color', [8, 8, 3]],
])('other images in %s are not', (_, imageShape) => {
  const pixels = makePixels(20, imageShape);
  expect(pixels).toHaveLength(20 * valuesPerImage(imageShape));
  expect(areCentered({ pixels, count: 20, imageShape })).toBe(false);
});

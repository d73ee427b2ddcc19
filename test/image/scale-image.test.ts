import fc from 'fast-check';
import type { ImageShape } from '../../lib/contracts/image-shape';
import { convertRows } from '../../lib/dataset/conversion/convert-rows';
import { scaleImage } from '../../lib/image/scale-image';

const side = fc.integer({ min: 1, max: 9 });
const imageShapes: fc.Arbitrary<ImageShape> = fc.oneof(
  fc.tuple(side, side),
  fc.tuple(side, side, fc.constant(3 as const)),
);

test('property: an image for a model has the bytes that it would have as a part of the dataset', () => {
  const images = fc.tuple(side, side).chain(([height, width]) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      colors: fc.uint8Array({ minLength: 3 * height * width, maxLength: 3 * height * width }),
    }),
  );
  fc.assert(
    fc.property(images, imageShapes, fc.boolean(), ({ height, width, colors }, imageShape, invert) => {
      const rows = { values: colors, shape: [height, width, 3] as const, rowCount: 1, nameOf: () => 'It' };
      const conversion = { imageShape, white: 255, black: 0, invert, transpose: false, resize: true };
      const { pixels, problems } = convertRows(rows, conversion);
      expect(problems).toEqual([]);
      expect(scaleImage(colors, [height, width], imageShape, invert)).toEqual(pixels);
    }),
  );
});

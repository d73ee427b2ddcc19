import fc from 'fast-check';
import { countLabels, countValidationImages } from '../../../lib/dataset/held-out-counts';
import { holdOutRows } from '../../../lib/dataset/rows/hold-out-rows';
import { chooseValidationImages } from '../../../lib/training/batches/held-out-images';
import { makeTinyDataset } from '../../support/tiny-dataset';

const none = { validationFraction: 0, folds: 0, fold: 1, seed: 1 };

/** At least 10 images of each label, so that every fraction from 0.05 on holds out some. */
const division = fc
  .record({
    counts: fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 1, maxLength: 6 }),
    fraction: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    seed: fc.nat(0xffff_ffff),
    order: fc.nat(),
  })
  .map(({ counts, order, ...others }) => {
    const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
    const shift = order % labels.length;
    return { ...others, labels: Uint8Array.from([...labels.slice(shift), ...labels.slice(0, shift)]) };
  });

test('the parts are disjoint, complete and in order, and every label keeps its share', () => {
  fc.assert(
    fc.property(division, ({ labels, fraction, seed }) => {
      const { training, heldOut } = holdOutRows(labels, { ...none, validationFraction: fraction, seed });
      expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual([...labels.keys()]);
      for (const rows of [training, heldOut]) expect(rows).toEqual(rows.slice().sort());
      const counts = countLabels(labels);
      const held = countLabels(Uint8Array.from(heldOut, (row) => labels[row]!));
      for (const [label, count] of counts.entries()) {
        expect(Math.abs(held[label]! - count * fraction)).toBeLessThanOrEqual(0.5);
        expect(held[label]).toBeLessThan(count);
      }
    }),
  );
});

test('every image is in exactly one fold of a seed, and the folds of a label differ by at most one image', () => {
  fc.assert(
    fc.property(division, fc.integer({ min: 2, max: 10 }), ({ labels, seed }, folds) => {
      const parts = Array.from({ length: folds }, (_, index) => {
        const settings = { ...none, folds, fold: index + 1, seed };
        const { training, heldOut } = holdOutRows(labels, settings);
        expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        const counts = countLabels(labels);
        const held = counts.map((_, label) => heldOut.filter((row) => labels[row] === label).length);
        expect(held).toEqual(countValidationImages(counts, settings));
        for (const [label, count] of counts.entries())
          expect(Math.abs(held[label]! - count / folds)).toBeLessThan(1);
        return [...heldOut];
      });
      expect(parts.flat().sort((a, b) => a - b)).toEqual([...labels.keys()]);
      const sizes = parts.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('the same seed holds out the same rows, and another seed others', () => {
  const labels = Uint8Array.from({ length: 1000 }, (_, row) => row % 10);
  const rowsOf = (seed: number) => [
    ...holdOutRows(labels, { ...none, validationFraction: 0.1, seed }).heldOut,
  ];
  expect(rowsOf(1)).toEqual(rowsOf(1));
  expect(rowsOf(1).filter((row) => rowsOf(2).includes(row)).length).toBeLessThan(30);
});

test('without a fraction, the validation images are the test images', () => {
  const { imageShape, train, test } = makeTinyDataset();
  const trainImages = { ...train, imageShape };
  const testImages = { ...test, imageShape };
  const chosen = chooseValidationImages(trainImages, testImages, none);
  expect(chosen).toEqual({ trainImages, validationImages: testImages });
});

test('images keep their labels, and none is in both parts', () => {
  const { imageShape, train, test } = makeTinyDataset({ classes: 4 });
  const settings = { ...none, validationFraction: 0.2, seed: 3 };
  const chosen = chooseValidationImages({ ...train, imageShape }, { ...test, imageShape }, settings);
  const listImages = ({ pixels, labels, count }: Omit<typeof chosen.trainImages, 'imageShape'>) =>
    Array.from({ length: count }, (_, row) => `${labels[row]}: ${pixels.slice(row * 36, (row + 1) * 36)}`);
  expect([chosen.trainImages.count, chosen.validationImages.count]).toEqual([160, 40]);
  const divided = [...listImages(chosen.trainImages), ...listImages(chosen.validationImages)];
  expect(divided.sort()).toEqual(listImages(train).sort());
});

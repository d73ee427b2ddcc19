import { countHeldOut, countLabels, countValidationImages } from '../../lib/dataset/held-out-counts';

test.each<[number[], number, number[]]>([
  [[100, 200, 50], 0.1, [10, 20, 5]],
  [[10, 0, 10], 0.25, [3, 0, 3]],
  [[2, 3], 0.5, [1, 2]],
  [[5, 5], 0.1, [1, 1]],
])('of %j images, the fraction %d holds out %j', (counts, fraction, expected) => {
  expect(countHeldOut(counts, fraction)).toEqual(expected);
});

test.each<[number[], number, RegExp]>([
  [[100, 4], 0.1, /hold out 0 of 4 with label 1.*a validationFraction of at least 0\.125, more images/],
  [[100, 0, 4], 0.1249, /hold out 0 of 4 with label 2/],
  [[7, 100], 0.01, /hold out 0 of 7 with label 0.*at least 0\.0715, more/],
  [[100, 1], 0.5, /hold out 1 of 1 with label 1, and both parts need at least one.*Give more images/],
  [[100, 1], 0.4, /hold out 0 of 1 with label 1.*Give more images/],
])('of %j images, the fraction %d is refused', (counts, fraction, message) => {
  expect(() => countHeldOut(counts, fraction)).toThrow(
    expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(message) }),
  );
});

test.each([
  [[100, 4], 0.125],
  [[7, 100], 0.0715],
])('of %j images, the fraction %d that a message suggests is allowed', (counts, fraction) => {
  expect(countHeldOut(counts, fraction)).not.toContain(0);
});

test('labels without images count 0', () => {
  expect(countLabels(Uint8Array.of(2, 0, 2))).toEqual([1, 0, 2]);
});

test.each<[number[], number, RegExp]>([
  [[100, 4], 5, /^5 folds cannot divide .*the class "dog" has 4, .* Give at most 4 folds, more images/],
  [[2, 9], 3, /the class "cat" has 2, .* Give at most 2 folds/],
  [[9, 1], 2, /the class "dog" has 1, .* Give more images/],
])('of %j images, %d folds are refused', (counts, folds, message) => {
  const settings = { validationFraction: 0, folds, fold: 1, seed: 1 };
  expect(() => countValidationImages(counts, settings, ['cat', 'dog'])).toThrow(
    expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(message) }),
  );
});

test('a class without images, or with as many as folds, is in no fold or in each', () => {
  const settings = { validationFraction: 0, folds: 3, fold: 2, seed: 1 };
  expect(countValidationImages([3, 0, 7], settings)).toEqual([1, 0, 2]);
});

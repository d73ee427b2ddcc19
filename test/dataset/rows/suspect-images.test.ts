import {
  measureBorder,
  remarkOnPolarity,
  remarkOnTransposition,
} from '../../../lib/dataset/rows/suspect-images';

/** Images of one value on the border, and another inside. */
function imagesOf(border: number, inside: number, side = 28, rowCount = 2) {
  const values = Float32Array.from({ length: rowCount * side * side }, (_, index) => {
    const [y, x] = [Math.floor(index / side) % side, index % side];
    return Math.min(x, y) === 0 || Math.max(x, y) === side - 1 ? border : inside;
  });
  return { values, shape: [side, side] as const, rowCount, nameOf: String };
}

const bytes = { white: 255, black: 0 };

test.each<[number, number, boolean, { white: number; black: number }, RegExp | undefined]>([
  [0, 255, false, bytes, undefined],
  [255, 0, false, bytes, /light border.*--invert/],
  [255, 0, true, bytes, undefined],
  [0, 255, true, bytes, /--invert makes it light/],
  [1, 0, false, { white: 1, black: 0 }, /light border/],
  [-1, 1, false, { white: 1, black: -1 }, undefined],
])('a border of %d around %d, --invert %s', (border, inside, invert, range, remark) => {
  const measured = measureBorder(imagesOf(border, inside), measureBorder(imagesOf(border, inside)));
  expect(measured.count).toBe(4 * 4 * 28);
  const found = remarkOnPolarity(measured, range, invert);
  expect(found).toEqual(remark === undefined ? [] : [expect.stringMatching(remark)]);
});

test('images of another size than those of MNIST say nothing', () => {
  expect(remarkOnPolarity(measureBorder(imagesOf(255, 0, 32)), bytes, false)).toEqual([]);
});

test('26 classes that are named 1 to 26 look like the letters of EMNIST', () => {
  const names = Array.from({ length: 26 }, (_, index) => String(index + 1));
  expect(remarkOnTransposition(names, false)).toEqual([expect.stringMatching(/EMNIST.*--transpose/)]);
  expect(remarkOnTransposition(names, true)).toEqual([]);
  expect(remarkOnTransposition(names.slice(1), false)).toEqual([]);
  expect(remarkOnTransposition([...names.slice(1), 'z'], false)).toEqual([]);
});

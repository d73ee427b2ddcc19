import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { measureShape } from '../../lib/image/digit-shape';
import { findDoubts } from '../../lib/image/doubts';
import { parseIdx } from '../support/parse-idx';

const side = 28;
const sure = [0.01, 0.95, 0.04];

/** `#` is ink; the pattern is in the middle of 28×28 pixels, each character three pixels wide and high. */
function draw(...lines: string[]) {
  const pixels = new Float32Array(side * side);
  const top = Math.floor((side - 3 * lines.length) / 2);
  const left = Math.floor((side - 3 * lines[0]!.length) / 2);
  for (const [row, line] of lines.entries()) {
    for (const [column, mark] of [...line].entries()) {
      if (mark !== '#') continue;
      for (let pixel = 0; pixel < 9; pixel += 1)
        pixels[(top + 3 * row + Math.floor(pixel / 3)) * side + left + 3 * column + (pixel % 3)] = 1;
    }
  }
  return { pixels, shape: [side, side] as const };
}

test.each([
  { name: 'a seven', drawing: draw('####', '   #', '  # ', ' #  '), doubts: [] },
  { name: 'a straight one', drawing: draw('#', '#', '#', '#', '#'), doubts: [] },
  { name: 'an eleven', drawing: draw('# #', '# #', '# #'), doubts: ['This looks like more than one digit'] },
  {
    name: 'a long word',
    drawing: draw('########', '# # # # '),
    doubts: ['This looks like more than one digit'],
  },
  { name: 'a square', drawing: draw('####', '####', '####', '####'), doubts: ['This is a filled shape'] },
  {
    name: 'a breath of gray',
    drawing: { pixels: new Float32Array(side * side).fill(0.1), shape: [side, side] as const },
    doubts: ['There is hardly any ink'],
  },
])('$name', ({ drawing, doubts }) => {
  const found = findDoubts(drawing, sure);
  expect(found).toHaveLength(doubts.length);
  for (const [index, doubt] of doubts.entries()) expect(found[index]).toContain(doubt);
});

test.each([
  { probabilities: [0.3, 0.6, 0.1], doubts: ['The model hesitates between 1 and 0.'] },
  { probabilities: [0.2, 0.75, 0.05], doubts: [] },
  { probabilities: [0.5, 0.5], doubts: ['The model hesitates between 0 and 1.'] },
])('a margin of $probabilities', ({ probabilities, doubts }) => {
  expect(findDoubts(draw('#', '#', '#', '#', '#'), probabilities)).toEqual(doubts);
});

test('at most 1.5 % of MNIST’s test images raise a doubt about the drawing', () => {
  const file = readFileSync(join(findMnistFolder(), 't10k-images-idx3-ubyte'));
  const { data } = parseIdx(file);
  const count = 2000;
  let doubted = 0;
  for (let image = 0; image < count; image += 1) {
    const pixels = Float32Array.from(
      data.subarray(image * side * side, (image + 1) * side * side),
      (value) => value / 255,
    );
    if (findDoubts({ pixels, shape: [side, side] }, sure).length > 0) doubted += 1;
  }
  expect(doubted / count).toBeLessThan(0.015);
});

test('the measurements: parts, aspect and fill', () => {
  expect(measureShape(draw('# #', '# #'))).toEqual({
    secondPartFraction: 0.5,
    aspect: 1.5,
    fillFraction: 2 / 3,
  });
});

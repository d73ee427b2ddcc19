import { decode } from 'fast-png';
import { indexNames } from '../../lib/contracts/class-names';
import { cellImagesMarkup, chooseCellImages } from '../../lib/report/cell-images';
import { makePixels } from '../support/report-factory';

/** `count` images of label 1: every tenth is predicted as 7, and the confidence falls from row to row. */
const makeColumns = (count: number) => {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    labels: rows.map(() => 1),
    predicted: rows.map((row) => (row % 10 === 3 ? 7 : 1)),
    confidence: rows.map((row) => 0.9 - row / (2 * count)),
  };
};

describe('which images a cell shows', () => {
  test('the most confident mistakes and the least confident correct predictions first; the count is of all images', () => {
    const cells = chooseCellImages(makeColumns(100), 784);
    const miss = cells.find(({ predicted }) => predicted === 7)!;
    expect(miss).toMatchObject({ label: 1, count: 10, rows: [3, 13, 23, 33, 43, 53, 63, 73, 83, 93] });
    const hit = cells.find(({ predicted }) => predicted === 1)!;
    expect(hit.count).toBe(90);
    expect(hit.rows.slice(0, 3)).toEqual([99, 98, 97]);
    expect(hit.rows).toHaveLength(42);
  });

  test.each([
    { imagePixels: 784, shown: 52 },
    { imagePixels: 45_000, shown: 20 },
    { imagePixels: 450_000, shown: 2 },
    { imagePixels: 450_001, shown: 0 },
  ])(
    'of images of $imagePixels pixels, $shown are shown, so that the page stays small',
    ({ imagePixels, shown }) => {
      const rows = chooseCellImages(makeColumns(100), imagePixels).flatMap((cell) => cell.rows);
      expect(rows).toHaveLength(shown);
    },
  );
});

test('every image is on the sheet at the place that the index gives', () => {
  const columns = makeColumns(100);
  const cells = chooseCellImages(columns, 784);
  const markup = cellImagesMarkup(cells, (row) => ({ pixels: makePixels(row), shape: [28, 28] }), {
    ...columns,
    classNames: indexNames(10),
  });
  const index = JSON.parse(markup.match(/<script type="application\/json"[^>]*>(.*)<\/script>/)![1]!);
  const sheet = decode(Buffer.from(markup.match(/base64,([^"]*)"/)![1]!, 'base64'));
  expect(index.cells['1-7']).toMatchObject({ count: 10 });
  for (const { first, images } of Object.values<{ first: number; images: [number, number][] }>(index.cells)) {
    for (const [offset, [row, percent]] of images.entries()) {
      expect(percent).toBeCloseTo(columns.confidence[row]! * 100, 1);
      const left = ((first + offset) % index.columns) * 28;
      const top = Math.floor((first + offset) / index.columns) * 28;
      const middleRow = Array.from({ length: 28 }, (_, x) => sheet.data[(top + 14) * sheet.width + left + x]);
      const expected = Array.from(makePixels(row).subarray(14 * 28, 15 * 28));
      expect(middleRow).toEqual(expected);
    }
  }
});

import fc from 'fast-check';
import { formatTable } from '../../cli/display/table';
import { fitText, textWidth } from '../../cli/display/text-width';

test.each([
  ['T-shirt/top', 11],
  ['Größe', 5],
  ['毛衣', 4],
  ['👩‍👩‍👧‍👦', 2],
  ['❤️', 2],
  ['e\u0301', 1],
  ['שלום', 4],
  ['', 0],
])('%s takes %d columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

test.each([
  ['Ankle boot', 10, 'Ankle boot'],
  ['Ankle boots', 10, 'Ankle boo…'],
  ['毛衣毛衣', 5, '毛衣…'],
  ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '👩‍👩‍👧‍👦…'],
])('%s in %d columns is %s', (text, columns, expected) => {
  expect(fitText(text, columns)).toBe(expected);
});

test('a text that was fitted is never wider than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      expect(textWidth(fitText(text, columns))).toBeLessThanOrEqual(columns);
    }),
  );
});

test('the columns of a table are straight for every script', () => {
  const lines = formatTable([
    ['label', 'images'],
    ['毛衣', '1'],
    ['Ankle boot', '2'],
  ]).split('\n');
  expect(lines).toEqual(['  label       images', '  毛衣        1', '  Ankle boot  2']);
});

import fc from 'fast-check';
import { areIndexNames, indexNames, printableNames } from '../../lib/contracts/class-names';

test.each([
  ['cat\u001b[31m', 'cat [31m'],
  ['two\r\nlines', 'two lines'],
  ['\u202Ereversed\u202C', 'reversed'],
  ['half \ud83d of a pair', 'half of a pair'],
  ['👩‍🎨 painter', '👩‍🎨 painter'],
  ['שלום', 'שלום'],
  ['  T-shirt/top ', 'T-shirt/top'],
  ['\u0000', '0'],
  ['', '0'],
])('%j is shown as %j', (name, shown) => {
  expect(printableNames([name])).toEqual([shown]);
});

test('whatever a name is, it is shown on one line, and a shown name stays as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (names) => {
      const shown = printableNames(names);
      expect(shown.every((name) => name !== '' && !/[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(name))).toBe(
        true,
      );
      expect(printableNames(shown)).toEqual(shown);
    }),
  );
});

test('the names of a dataset without names are its numbers', () => {
  expect(indexNames(3)).toEqual(['0', '1', '2']);
  expect(areIndexNames(indexNames(12))).toBe(true);
  expect(areIndexNames(['1', '2'])).toBe(false);
});

import { drawableNames, nameInCaption, nameInText, nameMarkup, shorten } from '../../lib/report/class-labels';

test.each([
  ['short', 10, 'short'],
  ['exactly 10', 10, 'exactly 10'],
  ['eleven char', 10, 'eleven ch…'],
  ['ends with  space', 11, 'ends with…'],
  // One character for a reader, eleven for a program.
  ['👩‍👩‍👧‍👦'.repeat(3), 3, '👩‍👩‍👧‍👦'.repeat(3)],
  ['👩‍👩‍👧‍👦'.repeat(4), 3, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦…'],
])('%j in %d characters is %j', (name, maxLength, expected) => {
  expect(shorten(name, maxLength)).toBe(expected);
});

test('a name that is read from right to left does not turn the text around it', () => {
  expect(nameInText('שלום')).toBe('\u2068שלום\u2069');
  expect(nameInText('peace')).toBe('peace');
});

test('a name in a page is isolated and escaped, with the whole name as its title', () => {
  expect(nameMarkup('<i>"x"</i>')).toBe(
    '<bdi class="name" title="&lt;i&gt;&quot;x&quot;&lt;/i&gt;">&lt;i&gt;&quot;x&quot;&lt;/i&gt;</bdi>',
  );
  expect(nameInCaption('a name of more than twenty characters')).toBe(
    '<bdi class="name" title="a name of more than twenty characters">a name of more than…</bdi>',
  );
  expect(nameMarkup('7')).toBe('7');
});

test('a PNG shows the number of a class whose name its font lacks', () => {
  expect(drawableNames(['T-shirt/top', 'Größe', '毛衣', '👩‍🎨'])).toEqual([
    'T-shirt/top',
    'Größe',
    'class 2',
    'class 3',
  ]);
});

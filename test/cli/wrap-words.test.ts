import fc from 'fast-check';
import { wrapWords } from '../../cli/display/wrap-words';

test.each([
  ['', 20, ''],
  ['a short note', 20, 'a short note'],
  ['a note of more than one line', 16, 'a note of more\n  than one line'],
  ['see datasets/mnist/manifest.json now', 16, 'see\n  datasets/mnist/manifest.json\n  now'],
  ['  an indented note', 40, '  an indented note'],
])('%j at %i columns: %j', (text, columns, wrapped) => {
  expect(wrapWords(text, columns)).toBe(wrapped);
});

test('property: no word is lost, and a line of several words fits', () => {
  const texts = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 5, max: 60 }), (words, columns) => {
      const lines = wrapWords(words.join(' '), columns).split('\n');
      expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
      for (const line of lines) if (line.trim().includes(' ')) expect(line.length).toBeLessThan(columns);
    }),
  );
});

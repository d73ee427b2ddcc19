import { computeContentKey, type PreparationFacts } from '../../lib/dataset/content-key';

const facts: PreparationFacts = {
  fingerprint: 'a'.repeat(64),
  rowsSha256: 'b'.repeat(64),
  conversion: { imageShape: [28, 28], white: 255, black: 0, invert: false, transpose: false, resize: false },
  classNames: ['0', '1'],
  columns: ['', ''],
  dropDuplicates: false,
  skipUnreadable: 0,
};

test('is 32 hexadecimal characters, and equal for equal facts', () => {
  expect(computeContentKey(facts)).toMatch(/^[0-9a-f]{32}$/);
  expect(computeContentKey({ ...facts, conversion: { ...facts.conversion } })).toBe(computeContentKey(facts));
});

test.each<[string, Partial<PreparationFacts>]>([
  ['another source', { fingerprint: 'c'.repeat(64) }],
  ['another division or other classes', { rowsSha256: 'c'.repeat(64) }],
  ['another size', { conversion: { ...facts.conversion, imageShape: [32, 32] } }],
  ['another white', { conversion: { ...facts.conversion, white: 16 } }],
  ['another black', { conversion: { ...facts.conversion, black: -1 } }],
  ['inversion', { conversion: { ...facts.conversion, invert: true } }],
  ['transposition', { conversion: { ...facts.conversion, transpose: true } }],
  ['resampling', { conversion: { ...facts.conversion, resize: true } }],
  ['other names', { classNames: ['zero', 'one'] }],
  ['other columns', { columns: ['x', 'y'] }],
  ['dropped duplicates', { dropDuplicates: true }],
  ['tolerated unreadable images', { skipUnreadable: 1 }],
])('changes with %s', (_, change) => {
  expect(computeContentKey({ ...facts, ...change })).not.toBe(computeContentKey(facts));
});

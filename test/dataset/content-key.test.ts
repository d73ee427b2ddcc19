import { computeContentKey, computeFingerprint } from '../../lib/dataset/content-key';
import { rawFileRoles } from '../../lib/dataset/raw-dataset';

const file = (digit: string) => ({ key: 'datasets/d/raw/file', sha256: digit.repeat(64), bytes: 1 });
const sourceFiles = {
  trainImages: file('a'),
  trainLabels: file('b'),
  testImages: file('c'),
  testLabels: file('d'),
};

test('is 32 hexadecimal characters over the four checksums and the preprocessing version', () => {
  const parts = [...['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)), 'preprocessing 1'];
  expect(computeContentKey(sourceFiles)).toBe(computeFingerprint(parts).slice(0, 32));
});

test('does not depend on the location of the files', () => {
  const elsewhere = { ...sourceFiles, trainImages: { ...file('a'), key: 'datasets/e/raw/file' } };
  expect(computeContentKey(elsewhere)).toBe(computeContentKey(sourceFiles));
});

test.each(rawFileRoles)('changes with %s', (role) => {
  expect(computeContentKey({ ...sourceFiles, [role]: file('e') })).not.toBe(computeContentKey(sourceFiles));
});

import type { SettingValue } from '../../lib/contracts/sweep';
import { formatDrawn } from '../../lib/sweep/drawn-values';

test.each<[SettingValue, string]>([
  [0.00110789, '0.001108'],
  [0.1, '0.1'],
  [1e-7, '1e-7'],
  [12345, '12345'],
  [4294967295, '4294967295'],
  [[1024, 512], '1024, 512'],
  [[], 'none'],
  ['adam', 'adam'],
  [true, 'true'],
])('a drawn %p is shown as %s', (value, text) => {
  expect(formatDrawn(value)).toBe(text);
});

import { describeInputValues } from '../../lib/model/describe-input';

test.each([
  [[28, 28], { white: 255 }, false, 'gray values divided by 255, so in [0, 1]; 0 is the background'],
  [[8, 8, 3], { white: 16 }, false, 'red, green and blue divided by 16, so in [0, 1]'],
  [
    [28, 28, 1],
    { white: 255 },
    true,
    'gray values divided by 255, then subtracted from 1, so in [0, 1]; 0 is the background',
  ],
  [
    [8, 8, 3],
    { white: 1, black: -1 },
    true,
    'red, green and blue from -1 to 1, plus 1 and divided by 2, then subtracted from 1, so in [0, 1]',
  ],
])('%j with %j, inverted: %j', (shape, range, isInverted, text) => {
  expect(describeInputValues(shape, range, isInverted)).toBe(text);
});

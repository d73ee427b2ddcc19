import { chooseWhite } from '../../../lib/dataset/rows/choose-white';

type Measured = Parameters<typeof chooseWhite>[0];

const measure = (type: Measured['type'], lowest: number, highest: number, isWhole = true): Measured => ({
  ...{ type, lowest, highest, isWhole, hasFiniteOnly: true },
});

test.each<[Measured, number, number, number, RegExp | undefined]>([
  [measure('uint8', 0, 255), 0, 255, 0, undefined],
  [measure('uint8', 0, 16), 0, 255, 0, /^The brightest value .* is 16, and white is 255\. .* --white 16/],
  [measure('uint8', 0, 0), 0, 255, 0, /black images/],
  [measure('int32', 0, 1), 0, 1, 0, /1 is interpreted as white/],
  [measure('float64', 0, 16), 0, 16, 0, /16 is interpreted as white/],
  [measure('int16', 0, 15), 0, 15, 0, /15 is interpreted as white/],
  [measure('float32', 0, 255), 0, 255, 0, undefined],
  [measure('int32', 0, 17), 0, 255, 0, /--white 17/],
  [measure('int32', 0, 60_000), 0, 65_535, 0, /65535 is interpreted as white/],
  [measure('float32', 0, 1, false), 0, 1, 0, /float32 values from 0 to 1: 1 is interpreted as white/],
  [measure('float32', 0.1, 0.4, false), 0, 1, 0, /1 is interpreted as white/],
  [measure('float32', -1, 1, false), 0, 1, -1, /and -1 as black/],
  [measure('uint8', 0, 16), 16, 16, 0, undefined],
  [measure('float32', 0, 200.5, false), 255, 255, 0, undefined],
  [measure('float32', -0.5, 0.5, false), 0.5, 0.5, -0.5, undefined],
])('%j with --white %d: white %d, black %d', (measured, given, white, black, remark) => {
  const range = chooseWhite(measured, given);
  expect(range).toMatchObject({ white, black, problems: [] });
  expect(range.remarks).toEqual(remark === undefined ? [] : [expect.stringMatching(remark)]);
});

test.each<[Measured, number, RegExp]>([
  [measure('int32', 0, 9), 0, /int32 values from 0 to 9, .* --white 15\.$/],
  [measure('int32', 0, 256), 0, /--white 1023\.$/],
  [measure('int32', 0, 4095), 0, /--white 4095\.$/],
  [measure('int32', 0, 70_000), 0, /--white 70000\.$/],
  [measure('int8', -128, 127), 0, /values from -128 to 127, which does not say/],
  [measure('float32', 0, 254.5, false), 0, /with fractions, .* --white 255\.$/],
  [measure('float32', -2.1, 2.8, false), 0, /from -2\.1 to 2\.8, with fractions/],
  [{ ...measure('float32', 0, 1), hasFiniteOnly: false }, 255, /NaN or infinite/],
  [measure('uint8', 0, 255), 16, /values from 0 to 255, and --white is 16: .* Give --white 255 or more/],
  [measure('float32', -2, 1), 1, /Give --white 2 or more/],
])('%j with --white %d is refused', (measured, given, problem) => {
  expect(chooseWhite(measured, given).problems).toEqual([expect.stringMatching(problem)]);
});

import type { RowMeasures } from '../conversion/measure-rows';

export interface ValueRange {
  /** The value that becomes 255. */
  readonly white: number;
  /** The value that becomes 0. */
  readonly black: number;
  readonly problems: readonly string[];
  readonly remarks: readonly string[];
}

type Measured = Pick<RowMeasures, 'type' | 'lowest' | 'highest' | 'isWhole' | 'hasFiniteOnly'>;

const byteWhite = 255;
/** If the brightest value of a sample is darker, the images probably use another scale. */
const leastBrightest = 128;
/** Whole numbers that end here are digits of one bit, of four bits, and those of scikit-learn. */
const smallScales: readonly number[] = [1, 15, 16];
const uint16White = 65_535;

/**
 * Interprets the values of a sample where their meaning is unambiguous. A worker refuses an image whose values are outside
 * of the scale.
 *
 * @param given - the setting `white`; 0 for none.
 */
export function chooseWhite(measured: Measured, given: number): ValueRange {
  const { type, lowest, highest, isWhole, hasFiniteOnly } = measured;
  const problem = (text: string): ValueRange => ({
    ...{ white: byteWhite, black: 0, problems: [text], remarks: [] },
  });
  if (!hasFiniteOnly)
    return problem('The images have values that are NaN or infinite. Correct or remove these images.');
  if (given > 0) return forceWhite(measured, given);
  if (type === 'uint8') return choose(byteWhite, 0, remarkOnDarkness(highest));
  const scale = findScale(measured);
  if (scale === undefined) {
    const found = `from ${lowest} to ${highest}${isWhole ? '' : ', with fractions'}`;
    return problem(
      `The images have ${type} values ${found}, which does not say what white is: values are 0 to 1, -1 to 1, or whole numbers 0 to 15, 0 to 16, 0 to 255 or 0 to 65535. Give the value of white with --white, such as --white ${suggestWhite(highest)}.`,
    );
  }
  const { white, black } = scale;
  if (white === byteWhite) return choose(white, black, remarkOnDarkness(highest));
  return choose(white, black, [
    `The images have ${type} values from ${lowest} to ${highest}: ${white} is interpreted as white, and ${black} as black.`,
  ]);
}

const choose = (white: number, black: number, remarks: readonly string[]): ValueRange => ({
  ...{ white, black, problems: [], remarks },
});

/** Negative values are allowed where black is as far below 0 as white is above. */
function forceWhite({ lowest, highest }: Measured, white: number): ValueRange {
  const black = lowest < 0 ? -white : 0;
  if (highest <= white && lowest >= black) return choose(white, black, []);
  const problem = `The images have values from ${lowest} to ${highest}, and --white is ${white}: values go from ${black} (black) to ${white} (white). Give --white ${Math.max(highest, -lowest)} or more.`;
  return { white, black, problems: [problem], remarks: [] };
}

function findScale({
  lowest,
  highest,
  isWhole,
}: Measured): { readonly white: number; readonly black: number } | undefined {
  if (lowest < 0) return lowest >= -1 && highest <= 1 ? { white: 1, black: -1 } : undefined;
  if (highest === 0) return { white: byteWhite, black: 0 };
  if (highest <= 1) return { white: 1, black: 0 };
  if (!isWhole) return undefined;
  if (smallScales.includes(highest)) return { white: highest, black: 0 };
  if (highest > 16 && highest <= byteWhite) return { white: byteWhite, black: 0 };
  return highest > uint16White / 2 && highest <= uint16White ? { white: uint16White, black: 0 } : undefined;
}

/** The next scale that images are stored in. */
function suggestWhite(highest: number): number {
  return [1, 15, byteWhite, 1023, 4095, uint16White].find((white) => highest <= white) ?? highest;
}

function remarkOnDarkness(highest: number): string[] {
  if (highest >= leastBrightest) return [];
  if (highest === 0)
    return ['Every value of the images that were looked at is 0: no model can learn from black images.'];
  return [
    `The brightest value of the images that were looked at is ${highest}, and white is 255. If ${highest} means white, give --white ${highest}.`,
  ];
}

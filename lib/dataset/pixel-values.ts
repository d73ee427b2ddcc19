import { encodeIdx, type Idx } from './idx';
import { countValues, measureRange, type ValueRange, valueReader } from './idx-values';
import { maxPixel as white } from './pixels';
import { toImagesShape } from './raw-dataset';
import { unusableFile } from './unreadable-file';

/** Images as bytes, 0 to 255, in a file of shape [count, height, width]. */
export interface PixelFile {
  readonly file: Uint8Array;
  readonly data: Uint8Array;
  readonly shape: readonly [count: number, height: number, width: number];
  /** Notes on how the values were interpreted. */
  readonly remarks: readonly string[];
}

/** If the brightest pixel of all images is darker, the pixels probably use another scale. */
const leastBrightest = 128;

/**
 * Converts images of any type to bytes, where their meaning is unambiguous: integers from 0 to 255 are kept, and
 * floating-point numbers from 0 to 1 are multiplied by 255.
 *
 * @throws PermanentError InvalidDataset for any other range, which the message contains.
 */
export function toPixelFile(idx: Idx, fileName: string): PixelFile {
  const { rowCount, imageShape } = toImagesShape(withoutChannel(idx.shape), fileName);
  const shape = [rowCount, ...imageShape] as const;
  const range = measureRange(idx);
  const isFraction = isFractionOfWhite(idx, range);
  refuseRange(range, isFraction, fileName);
  const data = convert(idx, isFraction ? white : 1);
  const file = idx.type === 'uint8' && idx.shape.length === 3 ? idx.file : encodeIdx(shape, data);
  const brightest = Math.round(range.highest * (isFraction ? white : 1));
  const remarks = [
    ...(isFraction
      ? [`${fileName} has ${idx.type} pixels from 0 to 1: 1 is interpreted as white, with ${white} steps.`]
      : []),
    ...(brightest < leastBrightest ? [remarkOnDarkness(brightest, fileName)] : []),
  ];
  return { file, data, shape, remarks };
}

/** Keras and PyTorch give gray images a channel dimension of size 1, at the end or after the count. */
function withoutChannel(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [count, second, third, fourth] = shape as [number, number, number, number];
  if (fourth === 1) return [count, second, third];
  return second === 1 ? [count, third, fourth] : shape;
}

function isFractionOfWhite({ type }: Idx, { lowest, highest, hasFiniteOnly }: ValueRange): boolean {
  return type.startsWith('float') && hasFiniteOnly && lowest >= 0 && highest <= 1;
}

function refuseRange(range: ValueRange, isFraction: boolean, fileName: string): void {
  const { lowest, highest, isWhole, hasFiniteOnly } = range;
  if (isFraction || (isWhole && lowest >= 0 && highest <= white)) return;
  const found = hasFiniteOnly
    ? `has pixels from ${lowest} to ${highest}${isWhole ? '' : ', with fractions'}`
    : 'has pixels that are NaN or infinite';
  throw unusableFile(
    fileName,
    `${found}, and pixels are whole numbers from 0 (black) to ${white} (white), or floating-point numbers from 0 to 1`,
    'Scale them to one of these ranges, and export the file again.',
  );
}

function convert(idx: Idx, factor: number): Uint8Array {
  if (idx.type === 'uint8') return idx.data;
  const read = valueReader(idx);
  return Uint8Array.from({ length: countValues(idx) }, (_, index) => Math.round(read(index) * factor));
}

function remarkOnDarkness(brightest: number, fileName: string): string {
  if (brightest === 0)
    return `Every pixel of ${fileName} is 0: its images are black, and no model can learn from them.`;
  return `The brightest pixel of ${fileName} is ${brightest}, and white is ${white}: its images use ${brightest}/${white} of the range, which makes training harder. If ${brightest} means white in this file, multiply the pixels by ${formatFactor(white / brightest)}, and export the file again.`;
}

const formatFactor = (factor: number) => String(Math.floor(factor * 10_000) / 10_000);

import { channelsOf, type ImageShape } from '../../contracts/image-shape';
import type { ValueType } from '../../contracts/slices';
import type { ImageRows } from './image-rows';

/** What a sample of a source says about its images; the plan decides by it. */
export interface RowMeasures {
  readonly rowCount: number;
  readonly type: ValueType;
  /** Of the finite values. */
  readonly lowest: number;
  readonly highest: number;
  /** No fractions. */
  readonly isWhole: boolean;
  /** Neither NaN nor infinite. */
  readonly hasFiniteOnly: boolean;
  /** One channel, or red, green and blue are equal everywhere. */
  readonly isGray: boolean;
  /** The most common first, larger images first among equally common ones. */
  readonly shapes: readonly { readonly shape: ImageShape; readonly rowCount: number }[];
}

/**
 * Measures rows.
 *
 * @param before - measures of earlier rows of the same source, which are included.
 */
export function measureRows(rows: ImageRows, before?: RowMeasures): RowMeasures {
  let lowest = before?.lowest ?? Number.POSITIVE_INFINITY;
  let highest = before?.highest ?? Number.NEGATIVE_INFINITY;
  let isWhole = before?.isWhole ?? true;
  let hasFiniteOnly = before?.hasFiniteOnly ?? true;
  for (const value of rows.values) {
    if (!Number.isFinite(value)) {
      hasFiniteOnly = false;
      continue;
    }
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    isWhole &&= Number.isInteger(value);
  }
  return {
    rowCount: (before?.rowCount ?? 0) + rows.rowCount,
    type: before?.type ?? typeOf(rows.values),
    lowest,
    highest,
    isWhole,
    hasFiniteOnly,
    isGray: (before?.isGray ?? true) && hasGrayOnly(rows),
    shapes: addShape(rows, before?.shapes ?? []),
  };
}

const typeOf = (values: ImageRows['values']) =>
  values.constructor.name.replace('Array', '').toLowerCase() as RowMeasures['type'];

function hasGrayOnly({ values, shape }: ImageRows): boolean {
  if (channelsOf(shape) === 1) return true;
  for (let at = 0; at < values.length; at += 3) {
    if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return false;
  }
  return true;
}

function addShape({ shape, rowCount }: ImageRows, shapes: RowMeasures['shapes']): RowMeasures['shapes'] {
  const key = String(shape);
  const known = shapes.find((each) => String(each.shape) === key);
  const others = shapes.filter((each) => each !== known);
  return [...others, { shape, rowCount: rowCount + (known?.rowCount ?? 0) }].sort(
    (a, b) => b.rowCount - a.rowCount || areaOf(b.shape) - areaOf(a.shape),
  );
}

export const areaOf = ([height, width]: ImageShape): number => height * width;

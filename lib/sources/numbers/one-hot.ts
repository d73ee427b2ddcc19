import type { TypedValues } from './typed-values';

/**
 * The position of the 1 in the one-hot row that begins at `start`.
 *
 * @returns `undefined` unless the row has a single 1 among zeros.
 */
export function findOne(values: TypedValues, start: number, columns: number): number | undefined {
  let position: number | undefined;
  for (let column = 0; column < columns; column += 1) {
    const value = values[start + column];
    if (value === 0) continue;
    if (value !== 1 || position !== undefined) return undefined;
    position = column;
  }
  return position;
}

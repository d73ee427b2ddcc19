import type { Idx } from './idx';

/** Reads the value at an index, whatever its type. */
export function valueReader({ type, data }: Idx): (index: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (type) {
    case 'uint8':
      return (index) => data[index]!;
    case 'int8':
      return (index) => view.getInt8(index);
    case 'int16':
      return (index) => view.getInt16(2 * index);
    case 'int32':
      return (index) => view.getInt32(4 * index);
    case 'float32':
      return (index) => view.getFloat32(4 * index);
    case 'float64':
      return (index) => view.getFloat64(8 * index);
  }
}

export function countValues({ data, itemBytes }: Idx): number {
  return data.length / itemBytes;
}

export interface ValueRange {
  readonly lowest: number;
  readonly highest: number;
  /** No fractions. */
  readonly isWhole: boolean;
  /** Neither NaN nor infinite. */
  readonly hasFiniteOnly: boolean;
}

export function measureRange(idx: Idx): ValueRange {
  if (idx.type === 'uint8') return measureBytes(idx.data);
  const read = valueReader(idx);
  const count = countValues(idx);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let isWhole = true;
  let hasFiniteOnly = true;
  for (let index = 0; index < count; index += 1) {
    const value = read(index);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    isWhole &&= Number.isInteger(value);
    hasFiniteOnly &&= Number.isFinite(value);
  }
  return { lowest, highest, isWhole, hasFiniteOnly };
}

/** Stops as soon as both limits of the type were found, which usually happens in the first image. */
function measureBytes(data: Uint8Array): ValueRange {
  let lowest = 255;
  let highest = 0;
  for (const value of data) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    if (lowest === 0 && highest === 255) break;
  }
  return { lowest, highest, isWhole: true, hasFiniteOnly: true };
}

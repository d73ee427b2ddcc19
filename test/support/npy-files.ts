import { strToU8, zipSync } from 'fflate';

export interface NpyContent {
  /** NumPy's: `<f4`, `|u1`, `<U3`. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Of the format. @default 1 */
  readonly version?: 1 | 2 | 3;
  readonly isFortranOrder?: boolean;
}

/** The bytes of a .npy file. */
export function encodeNpyFile({ descr, shape, data, version = 1, isFortranOrder }: NpyContent): Uint8Array {
  const order = isFortranOrder ? 'True' : 'False';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const type = descr.startsWith('[') ? descr : `'${descr}'`;
  const description = strToU8(`{'descr': ${type}, 'fortran_order': ${order}, 'shape': (${sizes}), }\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(description.length, 0, length.length);
  const magic = Buffer.from([0x93, ...strToU8('NUMPY'), version, 0]);
  return Buffer.concat([magic, length, description, data]);
}

/** @param level - of compression; 0 as np.savez, others as np.savez_compressed. */
export function encodeNpzFile(arrays: Readonly<Record<string, NpyContent>>, level: 0 | 6 = 0): Uint8Array {
  const members = Object.entries(arrays).map(
    ([name, array]) => [`${name}.npy`, encodeNpyFile(array)] as const,
  );
  return zipSync(Object.fromEntries(members), { level });
}

export const bytesArray = (shape: readonly number[], values: ArrayLike<number>): NpyContent => ({
  descr: '|u1',
  shape,
  data: Uint8Array.from(values),
});

import { PermanentError } from '../contracts/errors';
import { readZip, writeZip } from './zip';

/** Formats: numpy.lib.format version 1.0; an .npz is a zip of .npy files. Little-endian, row-major. */
export type NpyArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array };

const descriptors = { float32: '<f4', uint8: '|u1' } as const;
const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
/** Magic, version and the two bytes of the description's length. */
const preambleBytes = 10;
/** Alignment of the values in NumPy. */
const alignmentBytes = 64;

/**
 * A file that `np.load` reads as `{ name: array }`. Equal arrays give equal bytes with one version of Node.js; another
 * version may compress differently, so files are compared by their arrays.
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Promise<Uint8Array> {
  return writeZip(
    Object.entries(arrays).map(([name, array]) => ({ name: `${name}.npy`, data: encodeNpy(array) })),
  );
}

/** The header of the largest length that its two length bytes allow. */
export const maxNpyHeaderBytes = preambleBytes + 0xffff;

/**
 * @param what - names the file in messages.
 * @param maxBytes - limit of the uncompressed size of all members that are read; no more memory is allocated.
 * @param names - the arrays to read. @default all
 * @throws PermanentError CorruptArtifact for a file that `encodeNpz` cannot have written.
 */
export async function decodeNpz(
  bytes: Uint8Array,
  what: string,
  maxBytes: number,
  names?: readonly string[],
): Promise<Record<string, NpyArray>> {
  try {
    const members = await readZip(bytes, maxBytes, (name) => names?.includes(arrayName(name)) ?? true);
    return Object.fromEntries(members.map(({ name, data }) => [arrayName(name), decodeNpy(data)]));
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not an .npz file of this pipeline: ${(cause as Error).message}. Delete it and run again.`,
      { evidence: { what }, cause },
    );
  }
}

const arrayName = (member: string) => member.replace(/\.npy$/, '');

function encodeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '${descriptors[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const headerBytes = Math.ceil((preambleBytes + description.length + 1) / alignmentBytes) * alignmentBytes;
  const npy = new Uint8Array(headerBytes + data.byteLength);
  npy.set(magic);
  new DataView(npy.buffer).setUint16(8, headerBytes - preambleBytes, true);
  npy.set(Buffer.from(`${description.padEnd(headerBytes - preambleBytes - 1)}\n`, 'latin1'), preambleBytes);
  npy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), headerBytes);
  return npy;
}

function decodeNpy(npy: Uint8Array): NpyArray {
  if (npy.length < preambleBytes || !magic.equals(npy.subarray(0, magic.length))) {
    throw new Error('a member is not an .npy file of version 1.0');
  }
  const view = new DataView(npy.buffer, npy.byteOffset, npy.byteLength);
  const headerBytes = preambleBytes + view.getUint16(8, true);
  const description = Buffer.from(npy.subarray(preambleBytes, headerBytes)).toString('latin1');
  const found = /^\{'descr': '(<f4|\|u1)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(
    description,
  );
  if (found === null) throw new Error(`an array is described as ${JSON.stringify(description.trim())}`);
  const shape = found[2]!
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const itemBytes = found[1] === descriptors.float32 ? 4 : 1;
  const expectedBytes = shape.reduce((product, size) => product * size, itemBytes);
  const values = npy.subarray(headerBytes);
  if (values.length !== expectedBytes) {
    throw new Error(`an array of shape (${shape}) has ${values.length} bytes instead of ${expectedBytes}`);
  }
  return itemBytes === 4
    ? { dtype: 'float32', shape, data: toFloats(values) }
    : { dtype: 'uint8', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** Shares the memory where it starts at a multiple of four bytes, as a Float32Array must. */
function toFloats(values: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = values.byteOffset % 4 === 0 ? values : Uint8Array.from(values);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

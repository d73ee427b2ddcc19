import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { PermanentError } from '../contracts/errors';

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
 * A file that `np.load` reads as `{ name: array }`. Equal arrays give equal bytes on every machine: the time stamp is
 * fixed, and the compressor is JavaScript.
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  // A zip contains local time, so this is 1980-01-01 00:00, the lowest time of a zip, in every time zone.
  return zipSync(Object.fromEntries(files), { level: 1, mtime: new Date(1980, 0, 1) });
}

/** The header of the largest length that its two length bytes allow. */
export const maxNpyHeaderBytes = preambleBytes + 0xffff;

/**
 * @param what - names the file in messages.
 * @param maxBytes - limit of the uncompressed size of all members; no more memory is allocated.
 * @throws PermanentError CorruptArtifact for a file that `encodeNpz` cannot have written.
 */
export function decodeNpz(bytes: Uint8Array, what: string, maxBytes: number): Record<string, NpyArray> {
  let unpackedBytes = 0;
  const takeUpTo = ({ name, originalSize }: UnzipFileInfo) => {
    unpackedBytes += originalSize;
    if (unpackedBytes <= maxBytes) return true;
    throw new Error(
      `up to "${name}" it claims to unpack to ${unpackedBytes} bytes, and ${maxBytes} at most are expected`,
    );
  };
  try {
    const files = Object.entries(unzipSync(bytes, { filter: takeUpTo }));
    return Object.fromEntries(files.map(([name, file]) => [name.replace(/\.npy$/, ''), decodeNpy(file)]));
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not an .npz file of this pipeline: ${(cause as Error).message}. Delete it and run again.`,
      { evidence: { what }, cause },
    );
  }
}

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
  // A copy, because a Float32Array must start at a multiple of four bytes.
  const values = npy.slice(headerBytes);
  if (values.length !== expectedBytes) {
    throw new Error(`an array of shape (${shape}) has ${values.length} bytes instead of ${expectedBytes}`);
  }
  return itemBytes === 4
    ? { dtype: 'float32', shape, data: new Float32Array(values.buffer) }
    : { dtype: 'uint8', shape, data: values };
}

import type { ValueType } from '../../contracts/slices';
import { againRemedy, unusableSource } from '../unusable-source';

/** What an array in NumPy's format is: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyHeader {
  /** One size per dimension. */
  readonly shape: readonly number[];
  readonly itemBytes: number;
  readonly isBigEndian: boolean;
  /** `texts`: of Unicode (4 bytes a character) or bytes. `undefined` for a type that is neither numbers nor texts. */
  readonly type: ValueType | 'unicode' | 'bytes' | undefined;
  /** As in the file: `<f4`. */
  readonly descr: string;
  readonly isFortranOrder: boolean;
  /** Where the values begin. */
  readonly headerBytes: number;
}

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version, and the largest of both sizes of the length. */
export const npyPreambleBytes = 12;
/** NumPy itself reads at most 10,000 bytes unless it is told to trust the file. */
const maxDescriptionBytes = 65_536;
export const maxNpyHeaderBytes = npyPreambleBytes + maxDescriptionBytes;

const types: Readonly<Record<string, ValueType>> = {
  b1: 'uint8',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

export const isNpy = (beginning: Uint8Array): boolean => magic.equals(beginning.subarray(0, magic.length));

/**
 * @param beginning - of the file; at least `maxNpyHeaderBytes` of it, or all of it.
 * @param name - for messages.
 * @throws PermanentError InvalidDataset unless it begins with a header of version 1, 2 or 3.
 */
export function readNpyHeader(beginning: Uint8Array, name: string): NpyHeader {
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  if (bytes.length < npyPreambleBytes || !isNpy(bytes)) throw damaged(name, 'it does not begin with NUMPY');
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw unusableSource(
      name,
      `has version ${version} of NumPy's format, and 1 to 3 are read`,
      'Save it again with a released version of NumPy.',
    );
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const descriptionBytes = lengthBytes === 2 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const description = bytes.subarray(start, start + descriptionBytes);
  if (descriptionBytes > maxDescriptionBytes || description.length < descriptionBytes)
    throw damaged(name, `its header announces ${descriptionBytes} bytes`);
  const text = description.toString(version === 3 ? 'utf8' : 'latin1');
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  const descr = /'descr':\s*(?:'([^']*)'|(\[.*\]))/s.exec(text);
  if (order === undefined || sizes === undefined || descr === null)
    throw damaged(name, `its header is ${JSON.stringify(text.slice(0, 80).trim())}`);
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  const total = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(total)) throw damaged(name, `its shape is ${shape.join('×')}`);
  return {
    ...readType(descr[1] ?? ''),
    shape,
    descr: descr[1] ?? descr[2]!,
    isFortranOrder: order === 'True' && shape.length > 1,
    headerBytes: start + descriptionBytes,
  };
}

function readType(descr: string): Pick<NpyHeader, 'type' | 'itemBytes' | 'isBigEndian'> {
  const [, order, kind = '', size = '0'] = /^([<>|=]?)([a-zA-Z])(\d+)$/.exec(descr) ?? [];
  const isBigEndian = order === '>';
  const characters = Number(size);
  if (kind === 'U') return { type: 'unicode', itemBytes: 4 * characters, isBigEndian };
  if (kind === 'S') return { type: 'bytes', itemBytes: characters, isBigEndian };
  return { type: types[`${kind}${size}`], itemBytes: characters, isBigEndian };
}

function damaged(name: string, reason: string) {
  return unusableSource(name, `is not a complete .npy file: ${reason}`, againRemedy);
}

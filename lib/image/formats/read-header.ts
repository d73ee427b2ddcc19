import { PermanentError } from '../../contracts/errors';
import { FileBytes } from '../file-bytes';
import { readBmpHeader } from './bmp';
import { readGifHeader } from './gif';
import type { ImageHeader } from './image-header';
import { readJpegHeader } from './jpeg';
import { readPngHeader } from './png';
import { readWebpHeader } from './webp';

interface Format {
  readonly name: string;
  /** The first bytes of such a file, in hexadecimal. */
  readonly signature: RegExp;
  readonly readHeader: (file: FileBytes) => ImageHeader;
}

const formats: readonly Format[] = [
  { name: 'PNG', signature: /^89504e470d0a1a0a/, readHeader: readPngHeader },
  { name: 'JPEG', signature: /^ffd8ff/, readHeader: readJpegHeader },
  { name: 'WebP', signature: /^52494646.{8}57454250/, readHeader: readWebpHeader },
  { name: 'BMP', signature: /^424d/, readHeader: readBmpHeader },
  { name: 'GIF', signature: /^474946383[79]61/, readHeader: readGifHeader },
];

/** For messages. */
export const imageFormats = 'PNG, JPEG, WebP, BMP or GIF';

/** Names of other formats that users may pass. */
const otherFormats: readonly (readonly [name: string, signature: RegExp])[] = [
  ['HEIC or AVIF', /^.{8}66747970/],
  ['TIFF', /^(49492a00|4d4d002a)/],
];

/** As many bytes of a file tell its format. */
export const signatureBytes = 12;

const startOf = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, signatureBytes)).toString('hex');
const findFormat = (start: string) => formats.find(({ signature }) => signature.test(start));

/** Whether a file begins like one of a format that can be read. */
export const beginsLikeImage = (beginning: Uint8Array): boolean =>
  findFormat(startOf(beginning)) !== undefined;

/**
 * Reads the header and checks that the file is complete, as far as its format permits.
 *
 * @throws PermanentError InvalidInput for another format and for a damaged file.
 */
export function readImageHeader(
  bytes: Uint8Array,
  fileName: string,
): ImageHeader & { readonly format: string } {
  const start = startOf(bytes);
  const format = findFormat(start);
  if (format === undefined) throw unknownFormat(bytes, start, fileName);
  return { format: format.name, ...format.readHeader(new FileBytes(bytes, fileName, format.name)) };
}

function unknownFormat(bytes: Uint8Array, start: string, fileName: string): PermanentError {
  const other = otherFormats.find(([, signature]) => signature.test(start))?.[0];
  const hex = start.slice(0, 16);
  const received =
    other === undefined
      ? `its ${bytes.length} bytes begin with ${hex === '' ? 'nothing' : `0x${hex}`}`
      : `it is ${other}`;
  return new PermanentError(
    'InvalidInput',
    `${fileName} is not a ${imageFormats} file: ${received}. Save the image as PNG and try again.`,
    { evidence: { fileName, start: hex } },
  );
}

import { inflateSync } from 'node:zlib';
import { type DecodedPng, decode } from 'fast-png';
import { PermanentError } from '../contracts/errors';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Signature, then the IHDR chunk's length, name, width and height. */
const sizeEnd = 24;

/**
 * The grey values of a PNG as [height · width] float32 in [0, 1], row-major. Colours become luma (ITU-R BT.601),
 * transparency shows black, the background of MNIST.
 *
 * @param expected - [height, width] in pixels; looked at in the header, before any memory is taken for the pixels.
 * @throws PermanentError InvalidInput for another size or anything but a PNG.
 */
export function readPicture(
  bytes: Uint8Array,
  expected: readonly [number, number],
  fileName: string,
): Float32Array {
  const [height, width] = expected;
  assertPng(bytes, fileName);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [actualWidth, actualHeight] = [header.getUint32(16), header.getUint32(20)];
  if (actualWidth !== width || actualHeight !== height) {
    throw new PermanentError(
      'InvalidInput',
      `${fileName} is ${actualWidth}×${actualHeight} pixels, and the model was trained on ${width}×${height}. Scale it to that size first.`,
      { evidence: { actualWidth, actualHeight, width, height } },
    );
  }
  const picture = decodeOrThrow(bytes, expected, fileName);
  return Float32Array.from({ length: height * width }, (_, pixel) => greyOf(picture, pixel));
}

function assertPng(bytes: Uint8Array, fileName: string): void {
  const isPng = bytes.length >= sizeEnd && signature.every((byte, index) => bytes[index] === byte);
  if (isPng) return;
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  throw new PermanentError(
    'InvalidInput',
    `${fileName} is not a PNG: its ${bytes.length} bytes begin with ${start === '' ? 'nothing' : `0x${start}`}. Save the picture as PNG and try again.`,
    { evidence: { fileName, start } },
  );
}

function decodeOrThrow(
  bytes: Uint8Array,
  [height, width]: readonly [number, number],
  fileName: string,
): DecodedPng {
  try {
    const { png, pixelData } = keepPixelChunks(bytes);
    // 16 bits in four channels and a filter byte a row; twice that is more than interlacing adds.
    inflateSync(pixelData, { maxOutputLength: 2 * height * (8 * width + 1) + 64 });
    return decode(png, { checkCrc: true });
  } catch (cause) {
    throw new PermanentError(
      'InvalidInput',
      `${fileName} is a damaged PNG: ${(cause as Error).message}. Save the picture again and try that file.`,
      { cause },
    );
  }
}

const pixelChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** Without texts, colour profiles and animation, each of which may unpack to any size. */
function keepPixelChunks(bytes: Uint8Array): { png: Uint8Array; pixelData: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, signature.length)];
  const pixelData: Uint8Array[] = [];
  for (let start: number = signature.length; start + 8 <= bytes.length; ) {
    const dataEnd = start + 8 + view.getUint32(start);
    const type = Buffer.from(bytes.subarray(start + 4, start + 8)).toString('latin1');
    if (pixelChunks.has(type)) kept.push(bytes.subarray(start, dataEnd + 4));
    if (type === 'IDAT') pixelData.push(bytes.subarray(start + 8, dataEnd));
    start = dataEnd + 4;
  }
  return { png: new Uint8Array(Buffer.concat(kept)), pixelData: Buffer.concat(pixelData) };
}

/** In [0, 1]. */
function greyOf(picture: DecodedPng, pixel: number): number {
  const { channels, depth, palette } = picture;
  const samples = Array.from({ length: channels }, (_, channel) => sampleOf(picture, pixel, channel));
  const scale = 1 / (2 ** depth - 1);
  if (palette !== undefined) {
    const [red = 0, green = 0, blue = 0, alpha = 255] = palette[samples[0]!] ?? [];
    return (luma(red, green, blue) / 255) * (alpha / 255);
  }
  const hasAlpha = channels === 2 || channels === 4;
  const grey = channels < 3 ? samples[0]! : luma(samples[0]!, samples[1]!, samples[2]!);
  return grey * scale * (hasAlpha ? samples[channels - 1]! * scale : 1);
}

/** Depths below 8 are packed into bytes, the leftmost pixel in the highest bits, each row from a new byte. */
function sampleOf({ data, width, channels, depth }: DecodedPng, pixel: number, channel: number): number {
  if (depth >= 8) return data[pixel * channels + channel]!;
  const rowBytes = Math.ceil((width * depth) / 8);
  const bit = (pixel % width) * depth;
  const byte = data[Math.floor(pixel / width) * rowBytes + (bit >> 3)]!;
  return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

const luma = (red: number, green: number, blue: number) => 0.299 * red + 0.587 * green + 0.114 * blue;

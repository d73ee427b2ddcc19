import { crc32, deflateSync } from 'node:zlib';

/** Color types of PNG, with the samples of a pixel. */
export const pngChannels = { gray: 1, rgb: 3, palette: 1, greyAlpha: 2, rgba: 4 } as const;
export type PngColor = keyof typeof pngChannels;
const colorTypes = { gray: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;

export interface PngContent {
  /** [height, width] in pixels. */
  readonly shape: readonly [number, number];
  /** [height · width · channels], each below 2 to the power of `depth`. */
  readonly samples: readonly number[];
  readonly color: PngColor;
  readonly depth: number;
  readonly isInterlaced?: boolean;
  /** Before the pixels: PLTE, tRNS, eXIf and others. */
  readonly chunks?: readonly (readonly [type: string, data: Uint8Array])[];
}

/** First row and column, then steps down and to the right, of each pass of Adam7. */
const adam7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const;

/** A PNG of any depth, color type and order, which our encoder does not support. https://www.w3.org/TR/png-3/ */
export function makePng({
  shape,
  samples,
  color,
  depth,
  isInterlaced = false,
  chunks = [],
}: PngContent): Buffer {
  const [height, width] = shape;
  const channels = pngChannels[color];
  const rows: Buffer[] = [];
  for (const [top, left, down, right] of isInterlaced ? adam7 : ([[0, 0, 1, 1]] as const)) {
    if (left >= width) continue;
    for (let row = top; row < height; row += down) {
      const line: number[] = [];
      for (let column = left; column < width; column += right) {
        const start = (row * width + column) * channels;
        line.push(...samples.slice(start, start + channels));
      }
      rows.push(Buffer.of(0), packSamples(line, depth));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorTypes[color], 0, 0, Number(isInterlaced)], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    makeChunk('IHDR', header),
    ...chunks.map(([type, data]) => makeChunk(type, data)),
    makeChunk('IDAT', deflateSync(Buffer.concat(rows))),
    makeChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The leftmost sample in the highest bits; the last byte is padded with zeros. */
function packSamples(line: readonly number[], depth: number): Buffer {
  const bits = line.map((sample) => sample.toString(2).padStart(depth, '0')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

export function makeChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A TIFF structure with one entry, for EXIF. */
export function makeExif(orientation: number, order: 'II' | 'MM' = 'MM'): Buffer {
  const exif = Buffer.alloc(26);
  exif.write(order, 0, 'latin1');
  const write = (value: number, at: number, bytes: 2 | 4) =>
    order === 'MM' ? exif.writeUIntBE(value, at, bytes) : exif.writeUIntLE(value, at, bytes);
  write(42, 2, 2);
  write(8, 4, 4);
  write(1, 8, 2);
  write(0x0112, 10, 2);
  write(3, 12, 2);
  write(1, 14, 4);
  write(orientation, 18, 2);
  return exif;
}

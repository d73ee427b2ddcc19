import { crc32 } from 'node:zlib';
import { PermanentError } from '../../contracts/errors';
import type { StreamSlice, ValuesSlice } from '../../contracts/slices';
import type { SourceFiles } from '../source-files';
import { bytesOfType, type TypedValues, toTypedValues } from './typed-values';
import { unpackDeflate, unpackGzip } from './unpack';

/** Of one block; at least one row. */
const maxBlockBytes = 4 * 2 ** 20;

export interface NumberRows {
  /** [rows, ...rowShape] */
  readonly values: TypedValues;
  readonly rowCount: number;
}

/**
 * Reads the rows of a slice, in blocks of up to 4 MiB.
 *
 * @throws PermanentError InvalidDataset for a file that is damaged, shorter or longer than announced, or changed since.
 */
export async function* readNumberRows(
  slice: ValuesSlice | StreamSlice,
  files: SourceFiles,
): AsyncGenerator<NumberRows> {
  const rowBytes = bytesOfRow(slice);
  const blocks = slice.kind === 'values' ? readRanges(slice, files) : readStream(slice, files);
  for await (const bytes of blocks) {
    const values = toTypedValues(bytes, slice.type, slice.isBigEndian);
    yield { values, rowCount: bytes.length / rowBytes };
  }
}

const bytesOfRow = ({ type, rowShape }: ValuesSlice | StreamSlice) =>
  rowShape.reduce((product, size) => product * size, bytesOfType(type));

function* blockSizes(slice: ValuesSlice | StreamSlice): Generator<number> {
  const rowBytes = bytesOfRow(slice);
  const blockRows = Math.max(1, Math.floor(maxBlockBytes / rowBytes));
  for (let row = 0; row < slice.rowCount; row += blockRows)
    yield Math.min(blockRows, slice.rowCount - row) * rowBytes;
}

async function* readRanges(slice: ValuesSlice, files: SourceFiles): AsyncGenerator<Uint8Array> {
  let position = slice.offset + (slice.firstRow ?? 0) * bytesOfRow(slice);
  for (const bytes of blockSizes(slice)) {
    yield await files.read(slice.file, position, bytes);
    position += bytes;
  }
}

async function* readStream(slice: StreamSlice, files: SourceFiles): AsyncGenerator<Uint8Array> {
  const { file, offset, firstRow = 0 } = slice;
  const chunks = unpack(slice, files)[Symbol.asyncIterator]();
  let checksum = 0;
  let rest: Uint8Array = new Uint8Array(0);
  let skip = offset + firstRow * bytesOfRow(slice);
  const announced = skip + slice.rowCount * bytesOfRow(slice);
  const nextChunk = async (): Promise<boolean> => {
    const next = await chunks.next();
    rest = next.done ? rest : next.value;
    if (!next.done && slice.crc32 !== undefined) checksum = crc32(rest, checksum);
    return !next.done;
  };
  const fill = async (block: Uint8Array, start: number): Promise<void> => {
    for (let filled = 0; filled < block.length; ) {
      if (rest.length === 0 && !(await nextChunk())) {
        throw damaged(
          file.name,
          `it is truncated: its header announces ${announced} bytes in all, and ${start + filled} are there`,
        );
      }
      const taken = Math.min(rest.length, block.length - filled);
      block.set(rest.subarray(0, taken), filled);
      rest = rest.subarray(taken);
      filled += taken;
    }
  };
  try {
    let position = 0;
    for (; skip > 0; skip -= Math.min(skip, maxBlockBytes)) {
      const bytes = Math.min(skip, maxBlockBytes);
      await fill(new Uint8Array(bytes), position);
      position += bytes;
    }
    for (const bytes of blockSizes(slice)) {
      const block = new Uint8Array(bytes);
      await fill(block, position);
      position += bytes;
      yield block;
    }
    // Reading to the end also verifies the checksum of gzip.
    while (rest.length === 0 && (await nextChunk()));
    if (rest.length > 0)
      throw damaged(file.name, `it has trailing bytes: its header announces ${announced} bytes in all`);
    if (slice.crc32 !== undefined && slice.crc32 !== checksum)
      throw damaged(file.name, 'its content has another CRC-32 than its header');
  } finally {
    await chunks.return?.();
  }
}

function unpack(
  { file, compression, compressed }: StreamSlice,
  files: SourceFiles,
): AsyncIterable<Uint8Array> {
  if (compressed === undefined)
    return compression === 'gzip'
      ? unpackGzip(files.stream(file), file.name)
      : unpackDeflate(files.stream(file), file.name);
  const chunks = take(files.stream(file, compressed.offset), compressed.bytes);
  return compression === 'gzip' ? unpackGzip(chunks, file.name) : unpackDeflate(chunks, file.name);
}

async function* take(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function damaged(fileName: string, reason: string): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${fileName} is not complete: ${reason}. Download or export it again.`,
    { evidence: { fileName } },
  );
}

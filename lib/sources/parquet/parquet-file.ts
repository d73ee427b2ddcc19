import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { z } from 'zod';
import { PipelineError } from '../../contracts/errors';
import type { SourceFile, SourceFiles } from '../source-files';
import { againRemedy, unusableSource } from '../unusable-source';

export type ParquetMetadata = FileMetaData;

/** The format: https://parquet.apache.org/docs/file-format/ */
const magic = Buffer.from('PAR1');
const footerTailBytes = 8;
const maxFooterBytes = 64 * 2 ** 20;
/** Of the used columns of one row group, which are read together. */
const maxGroupBytes = 512 * 2 ** 20;
const maxUncompressedGroupBytes = 2 ** 30;
/** A JavaScript array of so many numbers takes 256 MB. */
const maxGroupValues = 2 ** 25;
const smallerGroups =
  'Write it with smaller row groups, as pq.write_table(table, file, row_group_size=1000) does.';

const compressors: Compressors = {
  GZIP: (input, bytes) => gunzipSync(input, { maxOutputLength: Math.max(bytes, 1) }),
  BROTLI: (input, bytes) => brotliDecompressSync(input, { maxOutputLength: Math.max(bytes, 1) }),
  ZSTD: (input, bytes) => decompressZstd(input, new Uint8Array(bytes)),
};
export const readCodecs: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', ...Object.keys(compressors)];

export async function isParquet(file: SourceFile, files: SourceFiles): Promise<boolean> {
  return file.bytes >= 12 && magic.equals(await files.read(file, 0, magic.length));
}

/** @throws PermanentError InvalidDataset for a damaged file. */
export async function readMetadata(file: SourceFile, files: SourceFiles): Promise<ParquetMetadata> {
  const tail = Buffer.from(await files.read(file, file.bytes - footerTailBytes, footerTailBytes));
  if (!magic.equals(tail.subarray(4)))
    throw unusableSource(
      file.name,
      'is a truncated Parquet file: its last four bytes are not PAR1',
      againRemedy,
    );
  const footerBytes = tail.readUInt32LE(0);
  if (footerBytes > maxFooterBytes || footerBytes + footerTailBytes + magic.length > file.bytes)
    throw unusableSource(
      file.name,
      `announces a footer of ${footerBytes} bytes, which is impossible`,
      againRemedy,
    );
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    slice: async (start, end = file.bytes) => toArrayBuffer(await files.read(file, start, end - start)),
  };
  return explainDamage(file, async () => {
    const initialFetchSize = footerBytes + footerTailBytes;
    const metadata = await parquetMetadataAsync(buffer, { initialFetchSize, geoparquet: false });
    assertFooter(metadata);
    return metadata;
  });
}

/** What is used of a footer. hyparquet promises these fields, and takes a footer without them. */
const footerSchema = z.looseObject({
  schema: z.array(z.looseObject({ name: z.string() })),
  row_groups: z.array(
    z.looseObject({
      num_rows: z.bigint(),
      columns: z.array(
        z.looseObject({ meta_data: z.looseObject({ path_in_schema: z.array(z.string()) }).optional() }),
      ),
    }),
  ),
  key_value_metadata: z.array(z.looseObject({ key: z.string(), value: z.string().optional() })).optional(),
});

function assertFooter(metadata: ParquetMetadata): void {
  const issue = footerSchema.safeParse(metadata).error?.issues[0];
  if (issue !== undefined) throw new Error(`its footer has no valid ${issue.path.join('.')}`);
  // Throws for columns that are announced and missing.
  parquetSchema(metadata);
}

const toArrayBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;

/** Reads one column of a range of rows that lies in one row group. @param firstRow - in the file. */
export async function readColumn(
  { file, metadata }: { readonly file: SourceFile; readonly metadata: ParquetMetadata },
  column: string,
  group: RowGroup,
  { firstRow, rowCount }: { readonly firstRow: number; readonly rowCount: number },
  files: SourceFiles,
): Promise<unknown[]> {
  const buffer = await loadChunks(file, column, group, files);
  const rows = await explainDamage(file, () =>
    parquetReadObjects({
      file: buffer,
      metadata,
      columns: [column],
      rowStart: firstRow,
      rowEnd: firstRow + rowCount,
      compressors,
      // Otherwise the bytes of images become texts.
      utf8: false,
      geoparquet: false,
    }),
  );
  if (rows.length !== rowCount)
    throw unusableSource(file.name, `has ${rows.length} rows where ${rowCount} are announced`, againRemedy);
  return rows.map((row) => row[column]);
}

/**
 * The chunks of a column in memory, after a check of what they announce: hyparquet allocates that much.
 *
 * @throws PermanentError InvalidDataset for more than the limits.
 */
async function loadChunks(
  file: SourceFile,
  column: string,
  group: RowGroup,
  files: SourceFiles,
): Promise<AsyncBuffer> {
  const chunks = chunksOf(group, column).map((meta) => {
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    return { start, end: start + Number(meta.total_compressed_size), meta };
  });
  const start = Math.min(...chunks.map((chunk) => chunk.start));
  const end = Math.max(...chunks.map((chunk) => chunk.end));
  const uncompressed = chunks.reduce((sum, { meta }) => sum + Number(meta.total_uncompressed_size), 0);
  if (!(start >= 0 && end <= file.bytes && start < end))
    throw unusableSource(file.name, 'is damaged: its columns lie outside of the file', againRemedy);
  if (end - start > maxGroupBytes || uncompressed > maxUncompressedGroupBytes) {
    const mebibytes = Math.ceil(Math.max(end - start, uncompressed) / 2 ** 20);
    throw unusableSource(
      file.name,
      `has a row group of ${mebibytes} MiB, and at most ${maxUncompressedGroupBytes / 2 ** 20} MiB (${maxGroupBytes / 2 ** 20} MiB compressed) are read at a time`,
      smallerGroups,
    );
  }
  const bytes = toArrayBuffer(await files.read(file, start, end - start));
  await explainDamage(file, async () => {
    for (const chunk of chunks)
      assertPages(new DataView(bytes, chunk.start - start, chunk.end - chunk.start), file);
  });
  return {
    byteLength: file.bytes,
    slice: (from, to = file.bytes) => bytes.slice(from - start, to - start),
  };
}

function assertPages(view: DataView, file: SourceFile): void {
  const reader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: compressed, uncompressed_page_size: uncompressed } = header;
    const page = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
    values += page?.num_values ?? 0;
    reader.offset += compressed;
    const isInside = compressed >= 0 && reader.offset <= view.byteLength;
    if (!isInside || !(uncompressed >= 0 && uncompressed <= maxUncompressedGroupBytes) || !(values >= 0))
      throw new Error('a page announces an impossible size');
    if (values > maxGroupValues) {
      throw unusableSource(
        file.name,
        `has more than ${maxGroupValues.toLocaleString('en')} numbers in a row group`,
        smallerGroups,
      );
    }
  }
}

/** The columns that a name has in the file: one, or those of a struct. */
export const chunksOf = ({ columns }: RowGroup, column: string) =>
  columns.flatMap(({ meta_data: meta }) => (meta?.path_in_schema[0] === column ? [meta] : []));

/** hyparquet throws errors of any class for bytes that it does not understand. */
async function explainDamage<Result>(file: SourceFile, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    const reason = (cause as Error).message.replace(/^parquet /, '');
    throw unusableSource(file.name, `cannot be read as Parquet: ${reason}`, againRemedy, cause);
  }
}

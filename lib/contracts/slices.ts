import { z } from 'zod';
import { imageShapeSchema } from './image-shape';

/** A file of a source as the plan found it. A worker refuses a file that changed since. */
export const sourceFileSchema = z.strictObject({
  /** Relative to the source, with "/"; any Unicode. */
  name: z.string().min(1),
  bytes: z.int().min(0),
  /** Changes when the content changes: S3's ETag; locally size and time. */
  version: z.string(),
});

/** The types of numbers that files of images and labels have. */
export const valueTypeSchema = z.enum([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float16',
  'float32',
  'float64',
]);
export type ValueType = z.infer<typeof valueTypeSchema>;

/** Rows of numbers, one after the other. */
const arraySchema = z.strictObject({
  file: sourceFileSchema,
  /** Of row 0 in bytes, in the uncompressed file. */
  offset: z.int().min(0),
  type: valueTypeSchema,
  isBigEndian: z.boolean(),
  /** Of one row: [height, width] of an image, [] of a label. */
  rowShape: z.array(z.int().min(1)),
  /** First row of the slice. @default 0 */
  firstRow: z.int().min(0).optional(),
  rowCount: z.int().min(1),
});

/** Uncompressed numbers in a file, which any worker reads by a range of bytes: IDX, stored members of npz. */
export const valuesSliceSchema = arraySchema.extend({ kind: z.literal('values') });
export type ValuesSlice = z.infer<typeof valuesSliceSchema>;

/** Compressed numbers, which one worker reads from the beginning: gzipped IDX, compressed members of npz. */
export const streamSliceSchema = arraySchema.extend({
  kind: z.literal('stream'),
  /** `gzip`: the whole file, with one member or several. `deflate`: a range of the file without headers. */
  compression: z.enum(['gzip', 'deflate']),
  /** Range of the compressed bytes in the file. @default the whole file */
  compressed: z.strictObject({ offset: z.int().min(0), bytes: z.int().min(0) }).optional(),
  /** CRC-32 of the uncompressed bytes, where the format has it outside of them. */
  crc32: z.int().min(0).max(0xffff_ffff).optional(),
});
export type StreamSlice = z.infer<typeof streamSliceSchema>;

/** Image files, whose names the plan stores for each part. */
const imagesSliceSchema = z.strictObject({
  kind: z.literal('images'),
  /** The gray behind transparent parts, 0 to 255. */
  ground: z.int().min(0).max(255),
});
export type ImagesSlice = z.infer<typeof imagesSliceSchema>;

/** Rows of a table as text, by a range of uncompressed bytes. */
const csvSliceSchema = z.strictObject({
  kind: z.literal('csv'),
  file: sourceFileSchema,
  /** One worker reads all of it: everything before `start` is decompressed too. */
  isGzip: z.boolean(),
  start: z.int().min(0),
  end: z.int().min(0),
  /** The number of the line at `start`, for messages. */
  firstLine: z.int().min(1),
  rowCount: z.int().min(1),
  delimiter: z.enum([',', ';', '\t']),
  columnCount: z.int().min(2),
  /** Columns of the pixels, as ranges [from, to) in order. */
  pixels: z
    .array(z.tuple([z.int().min(0), z.int().min(1)]))
    .min(1)
    .max(1000),
  imageShape: imageShapeSchema,
});
export type CsvSlice = z.infer<typeof csvSliceSchema>;

/** Rows of a Parquet file. */
const parquetSliceSchema = z.strictObject({
  kind: z.literal('parquet'),
  file: sourceFileSchema,
  /** Of the images. */
  column: z.string(),
  /** Image files, image files in a struct with `bytes` and `path`, or lists of numbers. */
  content: z.enum(['files', 'structs', 'numbers']),
  firstRow: z.int().min(0),
  rowCount: z.int().min(1),
  /** The gray behind transparent parts, 0 to 255. */
  ground: z.int().min(0).max(255),
});
export type ParquetSlice = z.infer<typeof parquetSliceSchema>;

/** What one worker reads in order. JSON below 100 KB, since it is an item of the workflow's map. */
export const sliceSchema = z.discriminatedUnion('kind', [
  valuesSliceSchema,
  streamSliceSchema,
  imagesSliceSchema,
  csvSliceSchema,
  parquetSliceSchema,
]);
export type Slice = z.infer<typeof sliceSchema>;

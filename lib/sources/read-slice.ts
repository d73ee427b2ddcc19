import type { Slice } from '../contracts/slices';
import { readCsvSlice } from './csv/read-csv-slice';
import { readImages } from './images/read-images';
import { readImageRows } from './numbers/image-rows';
import { readParquetSlice } from './parquet/read-parquet-slice';
import type { RawRows, ReadSlice } from './source';
import type { SourceFiles } from './source-files';

/** The reader of each kind of slice. */
const readers: { readonly [Kind in Slice['kind']]: ReadSlice<Extract<Slice, { kind: Kind }>> } = {
  values: readImageRows,
  stream: readImageRows,
  images: readImages,
  csv: readCsvSlice,
  parquet: readParquetSlice,
};

/** Yields the rows of a slice in order. @throws PermanentError InvalidDataset for a file that cannot be read as planned. */
export function readSlice<Kind extends Slice['kind']>(
  slice: Extract<Slice, { kind: Kind }>,
  files: SourceFiles,
  names: readonly string[] = [],
): AsyncGenerator<RawRows> {
  const read: ReadSlice<Extract<Slice, { kind: Kind }>> = readers[slice.kind as Kind];
  return read(slice, files, names);
}

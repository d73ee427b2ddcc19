import type { Split } from '../contracts/dataset';
import type { DatasetSettings } from '../contracts/dataset-settings';
import type { ImageShape } from '../contracts/image-shape';
import type { Slice } from '../contracts/slices';
import type { SourceFiles } from './source-files';

export interface LabelColumn {
  /** [rows]: the position in `values`. */
  readonly codes: Int32Array | Uint8Array;
  /** The different labels, in any order. */
  readonly values: readonly (number | string)[];
}

export interface PlannedSlice {
  readonly rowCount: number;
  readonly slice: Slice;
  /** Names of the files of the slice, which the plan stores in an object of its own. */
  readonly names?: readonly string[];
}

/** The training or the test part of a source, or all of it. */
export interface SourceSection {
  /** `undefined`: the section has to be divided into train and test. */
  readonly split: Split | undefined;
  readonly rowCount: number;
  readonly labels: LabelColumn;
  /** For `groupBy`. */
  readonly groups?: LabelColumn;
  /** In the order of the rows. At most 10,000 rows each, where any row can be read by itself; otherwise one slice. */
  readonly slices: readonly PlannedSlice[];
}

/** What the plan knows of a source: headers, listings and labels, and no pixels. */
export interface Source {
  readonly kind: 'idx' | 'npz' | 'csv' | 'parquet' | 'images';
  /** Said to the user first: "four IDX files". */
  readonly description: string;
  readonly sections: readonly SourceSection[];
  /** Names for values of the labels, where the source has them: Parquet features, classes.txt, folder names. */
  readonly classNames?: readonly string[];
  /** SHA-256, hexadecimal, over the names, sizes and versions of the files that matter. */
  readonly fingerprint: string;
  readonly remarks: readonly string[];
  /** Everything wrong that can be seen so far, each a sentence. */
  readonly problems: readonly string[];
}

/** `undefined` for files of another kind, told by their content. */
export type OpenSource = (files: SourceFiles, settings: DatasetSettings) => Promise<Source | undefined>;

/** Rows of one shape and type. An image that cannot be read is a block of one row with a problem. */
export type RawRows =
  | {
      /** [rows, ...shape] */
      readonly values: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
      readonly shape: ImageShape;
      readonly rowCount: number;
      /** For messages: "cats/3.png", "row 17 of x.csv". */
      readonly nameOf: (row: number) => string;
    }
  | { readonly rowCount: 1; readonly problem: string; readonly nameOf: (row: number) => string };

/** Yields the rows of a slice in order, in blocks of any size. */
export type ReadSlice<S extends Slice> = (
  slice: S,
  files: SourceFiles,
  names: readonly string[],
) => AsyncGenerator<RawRows>;

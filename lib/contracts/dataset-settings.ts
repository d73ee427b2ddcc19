/** The settings of a run that decide how a source is read and prepared. */
export interface DatasetSettings {
  /** A built-in dataset, a file, a folder, or `s3://bucket/prefix`. */
  readonly dataset: string;
  /** @default - as many as the labels have */
  readonly classes?: number | undefined;
  /** @default - the source's, or the labels */
  readonly classNames?: readonly string[] | undefined;
  /** Height and width that the images get; 0 keeps theirs. */
  readonly imageSize: number;
  /** 0 chooses by the data. */
  readonly channels: 0 | 1 | 3;
  readonly invert: boolean;
  readonly transpose: boolean;
  /** The value that means white; 0 measures it. */
  readonly white: number;
  /** The part that becomes the test images of a source without them; 0 chooses by size. */
  readonly testFraction: number;
  readonly splitSeed: number;
  /** `folder` or a column: images of one group are not divided. Empty: none. */
  readonly groupBy: string;
  /** Names of arrays or columns; empty chooses by the data. */
  readonly imagesColumn: string;
  readonly labelsColumn: string;
  readonly dropDuplicates: boolean;
  /** How many unreadable images are tolerated. */
  readonly skipUnreadable: number;
}

import type { ImageShape } from '../../contracts/image-shape';

/** Images as their source has them, all of one shape and type. */
export interface ImageRows {
  /** [rows, ...shape] */
  readonly values: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
  readonly shape: ImageShape;
  readonly rowCount: number;
  /** For messages: "cats/3.png", "row 17 of x.csv". */
  readonly nameOf: (row: number) => string;
}

/** "28×32": width first, as image programs say it. */
export const formatSize = (height: number, width: number): string => `${width}×${height}`;

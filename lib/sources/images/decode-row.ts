import { isNamed } from '../../contracts/errors';
import { decodeImage } from '../../image/decode-image';
import { flattenColor } from '../../image/flatten-color';
import type { RawRows } from '../source';

type UnnamedRow = RawRows extends infer Rows ? (Rows extends RawRows ? Omit<Rows, 'nameOf'> : never) : never;

/** Red, green and blue of an image file, on a ground of this gray. */
export async function decodeRow(bytes: Uint8Array, ground: number): Promise<UnnamedRow> {
  try {
    // A message goes on after the name of the image: "cats/3.png cannot be read: it is a damaged PNG".
    const image = await decodeImage(bytes, 'it');
    const [height, width] = image.shape;
    return { values: flattenColor(image, ground), shape: [height, width, 3], rowCount: 1 };
  } catch (error) {
    if (isNamed(error, 'InvalidInput')) return { rowCount: 1, problem: error.message };
    throw error;
  }
}

/**
 * Marks rows with 1: of each class the wanted number, those that come first in an order.
 *
 * @param classes - of every row.
 * @param wanted - of each class.
 * @param order - every row once.
 */
export function drawRows(
  classes: Uint8Array,
  wanted: readonly number[],
  order: Iterable<number>,
): Uint8Array {
  const missing = [...wanted];
  const isDrawn = new Uint8Array(classes.length);
  for (const row of order) {
    const label = classes[row]!;
    if (!(missing[label]! > 0)) continue;
    missing[label]! -= 1;
    isDrawn[row] = 1;
  }
  return isDrawn;
}

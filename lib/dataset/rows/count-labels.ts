/** Images of each class in a split: 0 for train, 1 for test. */
export function countLabelsOfSplit(
  classes: Uint8Array,
  splits: Uint8Array,
  split: number,
  classCount: number,
): number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (let row = 0; row < classes.length; row += 1) if (splits[row] === split) counts[classes[row]!]! += 1;
  return counts;
}

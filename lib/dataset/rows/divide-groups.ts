/** The rows of each group, one group after the other. */
interface GroupedRows {
  readonly groupCount: number;
  readonly rowsOf: (group: number) => Int32Array;
}

/**
 * Divides whole groups into train (0) and test (1). The largest groups are placed first, each where it brings the classes of
 * the test part closer to the wanted numbers; then every class without test images gets its smallest group that can be
 * spared. A class never loses its last training image, so that a class of one group is only in the training part.
 *
 * @param codes - the group of every row.
 * @param wanted - test images of each class.
 * @param shuffle - in place, so that the seed decides between groups of equal size.
 */
export function divideGroups(
  classes: Uint8Array,
  codes: ArrayLike<number>,
  wanted: readonly number[],
  shuffle: (order: Int32Array) => Int32Array,
): Uint8Array {
  const groups = groupRows(codes);
  const order = shuffle(Int32Array.from({ length: groups.groupCount }, (_, group) => group));
  const bySize = Array.from(order).sort((a, b) => groups.rowsOf(b).length - groups.rowsOf(a).length);
  const countsOf = (group: number) => {
    const counts = new Map<number, number>();
    for (const row of groups.rowsOf(group)) counts.set(classes[row]!, (counts.get(classes[row]!) ?? 0) + 1);
    return counts;
  };
  const splits = new Uint8Array(classes.length);
  const test = new Array<number>(wanted.length).fill(0);
  const train = new Array<number>(wanted.length).fill(0);
  for (const label of classes) train[label]! += 1;
  const moveToTest = (group: number, counts: ReadonlyMap<number, number>) => {
    for (const row of groups.rowsOf(group)) splits[row] = 1;
    for (const [label, count] of counts) {
      test[label]! += count;
      train[label]! -= count;
    }
  };
  const canMove = (counts: ReadonlyMap<number, number>) =>
    [...counts].every(([label, count]) => train[label]! > count);

  for (const group of bySize) {
    const counts = countsOf(group);
    const gain = [...counts].reduce((sum, [label, count]) => {
      const [target, before] = [wanted[label]!, test[label]!];
      return sum + (Math.abs(before - target) - Math.abs(before + count - target)) / Math.max(target, 1);
    }, 0);
    if (gain > 0 && canMove(counts)) moveToTest(group, counts);
  }
  for (const group of bySize.toReversed()) {
    const counts = countsOf(group);
    const isMissing = [...counts.keys()].some((label) => test[label] === 0 && wanted[label]! > 0);
    if (isMissing && canMove(counts)) moveToTest(group, counts);
  }
  return splits;
}

/** Sorts rows by group, by counting. */
function groupRows(codes: ArrayLike<number>): GroupedRows {
  let groupCount = 0;
  for (let row = 0; row < codes.length; row += 1) groupCount = Math.max(groupCount, codes[row]! + 1);
  const ends = new Int32Array(groupCount + 1);
  for (let row = 0; row < codes.length; row += 1) ends[codes[row]! + 1]! += 1;
  for (let group = 0; group < groupCount; group += 1) ends[group + 1]! += ends[group]!;
  const next = ends.slice();
  const rows = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) rows[next[codes[row]!]!++] = row;
  return { groupCount, rowsOf: (group) => rows.subarray(ends[group]!, ends[group + 1]!) };
}

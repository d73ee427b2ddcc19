/**
 * The points that no other point beats: none has at most their cost and a better value, or less cost and at least their
 * value. The cheapest first.
 *
 * @param points - the less, the better, for both.
 */
export function paretoFront<Point extends { readonly cost: number; readonly loss: number }>(
  points: readonly Point[],
): Point[] {
  const front: Point[] = [];
  for (const point of [...points].sort((a, b) => a.cost - b.cost || a.loss - b.loss)) {
    const last = front.at(-1);
    if (last === undefined || point.loss < last.loss) front.push(point);
  }
  return front;
}

/** More edits than this make another word. */
const maxEdits = 3;

/**
 * The candidates that a misspelled word most likely stands for: those with the fewest edits, or that begin with it.
 *
 * @returns ` Did you mean "friday"?` or ` Did you mean one of "a", "b"?`; an empty text if none is similar.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const close = [...candidates]
    .map((candidate) => ({ candidate, edits: countEdits(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, edits }) => edits <= maxEdits && edits < Math.max(word.length, candidate.length) / 2,
    );
  const fewest = Math.min(...close.map(({ edits }) => edits));
  const best = close.filter(({ edits }) => edits === fewest).map(({ candidate }) => `"${candidate}"`);
  if (best.length === 0) return '';
  return best.length === 1
    ? ` Did you mean ${best[0]}?`
    : ` Did you mean one of ${best.slice(0, 5).join(', ')}?`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbors each count as one edit. */
function countEdits(from: string, to: string): number {
  // [from.length + 1][to.length + 1]: edits between the beginnings of both words.
  const edits = Array.from({ length: from.length + 1 }, (_, row) =>
    Array.from({ length: to.length + 1 }, (__, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  for (let row = 1; row <= from.length; row += 1) {
    for (let column = 1; column <= to.length; column += 1) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      edits[row]![column] = Math.min(
        edits[row - 1]![column]! + 1,
        edits[row]![column - 1]! + 1,
        edits[row - 1]![column - 1]! + cost,
        from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? edits[row - 2]![column - 2]! + 1
          : Number.POSITIVE_INFINITY,
      );
    }
  }
  return edits[from.length]![to.length]!;
}

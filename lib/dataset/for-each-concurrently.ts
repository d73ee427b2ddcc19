/**
 * Runs `work` for all items in order, at most `limit` at a time. After a failure no further item is started.
 *
 * @throws the first error, when all started work has ended.
 */
export async function forEachConcurrently<Item>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  const errors: unknown[] = [];
  const runUntilEmpty = async () => {
    for (let next = remaining.next(); !next.done && errors.length === 0; next = remaining.next()) {
      try {
        await work(next.value);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, runUntilEmpty));
  if (errors.length > 0) throw errors[0];
}

import type { RemovingStore } from '../../lib/store/object-store';

/** The conformance suite of the adapters that can remove objects. `makeStore` returns a new, empty store. */
export function describeRemovingStore(name: string, makeStore: () => Promise<RemovingStore>): void {
  describe(`${name} as a RemovingStore`, () => {
    const body = new TextEncoder().encode('body');
    const keysOf = async (store: RemovingStore) => {
      const keys: string[] = [];
      for await (const { key } of store.list('')) keys.push(key);
      return keys;
    };

    test('a removed object is absent, its neighbors stay, and its key can be written again', async () => {
      const store = await makeStore();
      for (const key of ['a/b/one', 'a/b/two', 'a/c']) await store.put(key, body);
      await store.remove('a/b/one');
      expect(await keysOf(store)).toEqual(['a/b/two', 'a/c']);
      await expect(store.get('a/b/one')).rejects.toMatchObject({ name: 'ArtifactNotFound' });
      expect(await store.putIfAbsent('a/b/one', body)).toBe(true);
      expect(await store.get('a/b/one')).toEqual(body);
    });

    test('an absent key is left alone, and a bad one is refused', async () => {
      const store = await makeStore();
      await store.put('a/b', body);
      for (const key of ['a', 'absent', 'a/b/c']) await store.remove(key);
      expect(await keysOf(store)).toEqual(['a/b']);
      await expect(store.remove('../a')).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    test('objects of one folder are written and removed at the same time', async () => {
      const store = await makeStore();
      await Promise.all(
        Array.from({ length: 6 }, async (_, writer) => {
          for (let round = 0; round < 8; round += 1) {
            await store.put(`a/b/${writer}`, body);
            await store.remove(`a/b/${writer}`);
          }
        }),
      );
      expect(await keysOf(store)).toEqual([]);
    });
  });
}

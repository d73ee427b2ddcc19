import { z } from 'zod';
import { forEachConcurrently } from '../../lib/dataset/for-each-concurrently';
import { getJson } from '../../lib/store/json-objects';
import type { ObjectInfo, ObjectStore } from '../../lib/store/object-store';
import { sha256Hex } from '../../lib/store/sha256';
import { describeObjectKeys, type StoreUnderTest } from './object-store-key-conformance';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Without a period of 256, so that a misplaced chunk is detected. */
function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7) & 0xff);
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function readStream(store: ObjectStore, key: string): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await collect(store.stream(key))));
}

const keysOf = (infos: readonly ObjectInfo[]) => infos.map(({ key }) => key);

/** The conformance suite of all ObjectStore adapters. `makeStore` returns a new, empty store for every test. */
export function describeObjectStore(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an ObjectStore`, () => {
    let subject: StoreUnderTest;
    let store: ObjectStore;

    beforeEach(async () => {
      subject = await makeStore();
      store = subject.store;
    });
    afterEach(async () => subject.cleanUp?.());

    describe('a written object', () => {
      const sizes = { 'an empty object': 0, 'one byte': 1, 'a large object': 5 * 1024 * 1024 + 3 };

      test.each(Object.entries(sizes))('%s comes back whole, as a stream, and in head', async (_, bytes) => {
        const body = countingBytes(bytes);
        const info = { key: 'runs/r/data.bin', bytes, sha256: sha256Hex(body) };

        expect(await store.put(info.key, body)).toEqual(info);

        expect(Buffer.compare(await store.get(info.key), body)).toBe(0);
        expect(Buffer.compare(await readStream(store, info.key), body)).toBe(0);
        expect(await store.head(info.key)).toEqual(info);
      });

      test('comes back in separate memory', async () => {
        const body = Buffer.from('abc');
        await store.put('a', body);
        body.fill(0);
        (await store.get('a')).fill(0);

        const read = await store.get('a');

        expect(read).toEqual(bytesOf('abc'));
        expect(read.buffer.byteLength).toBe(3);
      });

      test('replaces an object, longer or shorter', async () => {
        for (const text of ['first', 'the second', '3']) {
          await store.put('a', bytesOf(text));
          expect(await store.get('a')).toEqual(bytesOf(text));
          expect((await store.head('a'))?.sha256).toBe(sha256Hex(bytesOf(text)));
        }
      });
    });

    describe('ranges', () => {
      beforeEach(async () => store.put('digits', bytesOf('0123456789')));

      test.each([
        { offset: 0, length: 10, expected: '0123456789' },
        { offset: 0, length: 1, expected: '0' },
        { offset: 3, length: 4, expected: '3456' },
        { offset: 9, length: 1, expected: '9' },
        { offset: 10, length: 0, expected: '' },
        { offset: 0, length: 0, expected: '' },
      ])('$length bytes from $offset', async ({ offset, length, expected }) => {
        expect(await store.getRange('digits', offset, length)).toEqual(bytesOf(expected));
      });

      test.each([
        [0, 11],
        [9, 2],
        [10, 1],
        [11, 0],
        [500, 5],
      ])('from %i, %i bytes: past the end', async (offset, length) => {
        await expect(store.getRange('digits', offset, length)).rejects.toMatchObject({
          name: 'CorruptArtifact',
          message: expect.stringContaining(`is too short: at least ${offset + length} bytes are needed`),
        });
      });

      test.each([
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [0, Number.NaN],
        [0, Number.POSITIVE_INFINITY],
      ])('from %d, %d bytes: no range', async (offset, length) => {
        await expect(store.getRange('digits', offset, length)).rejects.toMatchObject({
          name: 'InvalidInput',
          message: expect.stringContaining(`received offset ${offset} and length ${length}`),
        });
      });
    });

    describe('an absent key', () => {
      test.each<[string, (key: string) => Promise<unknown>]>([
        ['get', (key) => store.get(key)],
        ['getRange', (key) => store.getRange(key, 0, 1)],
        ['an empty getRange', (key) => store.getRange(key, 0, 0)],
        ['stream', (key) => collect(store.stream(key))],
        ['getJson', (key) => getJson(store, key, z.unknown())],
      ])('%s names the key and the store', async (_, read) => {
        await store.put('runs/there', bytesOf('x'));
        for (const key of ['absent', 'runs/absent', 'runs', 'runs/there/below']) {
          await expect(read(key)).rejects.toMatchObject({
            name: 'ArtifactNotFound',
            message: expect.stringContaining(`${key} is not in ${store.location}`),
          });
        }
      });

      test('has no head and no entry', async () => {
        await store.put('runs/there', bytesOf('x'));
        for (const key of ['absent', 'runs', 'runs/there/below']) {
          expect(await store.head(key)).toBeUndefined();
        }
        expect(await collect(store.list('absent'))).toEqual([]);
        expect(await collect(store.list('runs/there/'))).toEqual([]);
      });
    });

    describe('putIfAbsent', () => {
      test('writes once', async () => {
        expect(await store.putIfAbsent('marker', bytesOf('first'))).toBe(true);
        expect(await store.putIfAbsent('marker', bytesOf('second'))).toBe(false);
        expect(await store.get('marker')).toEqual(bytesOf('first'));
      });

      test('only one of sixteen concurrent writers succeeds, and its bytes are kept', async () => {
        for (let round = 0; round < 4; round += 1) {
          const key = `markers/${round}`;
          const wins = await Promise.all(
            Array.from({ length: 16 }, (_, writer) => store.putIfAbsent(key, bytesOf(`writer ${writer}`))),
          );

          expect(wins.filter(Boolean)).toHaveLength(1);
          expect(await store.get(key)).toEqual(bytesOf(`writer ${wins.indexOf(true)}`));
        }
      });
    });

    describe('putIfUnchanged', () => {
      const [old, other, fresh] = ['old', 'other', 'fresh'].map(bytesOf) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];

      test.each([
        { there: undefined, expected: undefined, isWritten: true },
        { there: undefined, expected: old, isWritten: false },
        { there: old, expected: undefined, isWritten: false },
        { there: old, expected: old, isWritten: true },
        { there: other, expected: old, isWritten: false },
      ])('there: $there, expected: $expected → $isWritten', async ({ there, expected, isWritten }) => {
        if (there !== undefined) await store.put('pointer', there);

        const result = await store.putIfUnchanged('pointer', fresh, expected && sha256Hex(expected));

        expect(result).toBe(isWritten);
        const after = isWritten ? fresh : there;
        expect(await store.head('pointer')).toEqual(
          after && { key: 'pointer', bytes: after.byteLength, sha256: sha256Hex(after) },
        );
      });

      test('loses no increment of eight concurrent counters', async () => {
        await store.put('count', bytesOf('0'));
        const increment = async () => {
          for (;;) {
            const before = await store.get('count');
            const next = bytesOf(String(Number(new TextDecoder().decode(before)) + 1));
            if (await store.putIfUnchanged('count', next, sha256Hex(before))) return;
          }
        };

        await Promise.all(Array.from({ length: 8 }, increment));

        expect(await store.get('count')).toEqual(bytesOf('8'));
      });
    });

    describe('list', () => {
      test('lists more than 1,000 keys, in order, and only those with the prefix', async () => {
        const keys = Array.from(
          { length: 1_103 },
          (_, index) => `many/shard-${String(index).padStart(5, '0')}`,
        );
        const all = ['many.txt', 'many-more', 'manz', 'mam/y', ...keys].reverse();
        await forEachConcurrently(all, 8, async (key) => {
          await store.put(key, bytesOf(key));
        });

        const infos = await collect(store.list('many/'));

        expect(keysOf(infos)).toEqual(keys);
        expect(infos[7]).toMatchObject({ key: keys[7], bytes: keys[7]!.length });
        expect(keysOf(await collect(store.list('many/shard-0110')))).toEqual(keys.slice(1_100));
        expect(keysOf(await collect(store.list(''))).slice(0, 3)).toEqual(['mam/y', 'many-more', 'many.txt']);
      }, 60_000);

      test('sorts by key, not folder by folder', async () => {
        const keys = ['a-b', 'a.b/c', 'a/b', 'a/b0', 'a0', 'aB', 'b'];
        for (const key of [...keys].reverse()) await store.put(key, bytesOf('x'));

        expect(keysOf(await collect(store.list('')))).toEqual(keys);
        expect(keysOf(await collect(store.list('a')))).toEqual(keys.slice(0, 6));
        expect(keysOf(await collect(store.list('a/b')))).toEqual(['a/b', 'a/b0']);
      });
    });

    describeObjectKeys(makeStore);

    test('a reader always gets one complete version during concurrent writes', async () => {
      const versions = [1, 2, 3].map((version) => new Uint8Array(200_000 + version).fill(version));
      await store.put('busy', versions[0]!);
      let isWriting = true;
      const write = async () => {
        for (let round = 0; round < 30; round += 1) await store.put('busy', versions[round % 3]!);
        isWriting = false;
      };
      const read = async () => {
        let reads = 0;
        for (; isWriting || reads < 3; reads += 1) {
          const body = await store.get('busy');
          expect(Buffer.compare(body, versions[body[0]! - 1]!)).toBe(0);
          const streamed = await readStream(store, 'busy');
          expect(Buffer.compare(streamed, versions[streamed[0]! - 1]!)).toBe(0);
        }
      };

      await Promise.all([write(), read(), read()]);
    }, 60_000);

    test('bytes that were changed outside of the store are refused by get and stream, until they are written again', async () => {
      if (subject.tamper === undefined) {
        // The bytes cannot be altered from outside; instead a caller changes the arrays that it passed or received.
        const given = bytesOf('given');
        await store.put('a', given);
        given.fill(0);
        expect(await store.get('a')).toEqual(bytesOf('given'));
        return;
      }
      await store.put('a', bytesOf('good bytes'));
      await subject.tamper('a', bytesOf('evil bytes'));

      const refusal = {
        name: 'CorruptArtifact',
        message: expect.stringContaining(`a in ${store.location} was changed after it was written`),
      };
      await expect(store.get('a')).rejects.toMatchObject(refusal);
      await expect(readStream(store, 'a')).rejects.toMatchObject(refusal);

      await store.put('a', bytesOf('good again'));
      expect(await store.get('a')).toEqual(bytesOf('good again'));
    });
  });
}

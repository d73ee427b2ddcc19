import fc from 'fast-check';
import type { ObjectInfo, ObjectStore } from '../../lib/store/object-store';
import { sha256Hex } from '../../lib/store/sha256';

export interface StoreUnderTest {
  /** Empty. */
  readonly store: ObjectStore;
  /** Alters the stored bytes without the store; absent where this is impossible. */
  readonly tamper?: (key: string, body: Uint8Array) => Promise<void>;
  /** Paths or keys outside of the store, where nothing must be written. */
  readonly listEscaped?: () => Promise<readonly string[]>;
  readonly cleanUp?: () => Promise<void>;
}

const body = new TextEncoder().encode('x');

async function keysOf(infos: AsyncIterable<ObjectInfo>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of infos) keys.push(key);
  return keys;
}

async function readToEnd(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

const badKeys = {
  empty: '',
  parent: '..',
  'parent inside': 'runs/../../secret',
  'parent at the end': 'runs/..',
  'this folder': './a',
  absolute: '/etc/passwd',
  'trailing slash': 'runs/',
  'double slash': 'runs//a',
  NUL: 'runs/a\0.json',
  newline: 'runs/a\nb',
  space: 'a b',
  backslash: '..\\..\\a',
  drive: 'C:\\a',
  colon: 'a:stream',
  percent: '%2e%2e/a',
  'fullwidth full stops': '\uff0e\uff0e/a',
  'fullwidth solidus': '..\uff0fa',
  'division slash': '..\u2215a',
  'two dot leader': '\u2025/a',
  'right-to-left override': 'a\u202eb',
  'combining accent': 'e\u0301',
  'lone surrogate': '\ud800',
  'too long': `${'a/'.repeat(512)}a`,
};

/** The part of the conformance suite about keys: no key leaves its store. */
export function describeObjectKeys(makeStore: () => Promise<StoreUnderTest>): void {
  describe('keys', () => {
    let subject: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      subject = await makeStore();
      store = subject.store;
    });
    afterEach(async () => subject.cleanUp?.());

    test.each(Object.entries(badKeys))('%s: refused by every method', async (_, key) => {
      const attempts = [
        () => store.get(key),
        () => store.getRange(key, 0, 1),
        () => readToEnd(store.stream(key)),
        () => store.head(key),
        () => store.put(key, body),
        () => store.putIfAbsent(key, body),
        () => store.putIfUnchanged(key, body, undefined),
        () => store.putIfUnchanged(key, body, sha256Hex(body)),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ name: 'InvalidInput' });
      expect(await keysOf(store.list(''))).toEqual([]);
    });

    test.each(['../', '/', 'a//', 'runs/../..', '\uff0e\uff0e/'])('list refuses %j', async (prefix) => {
      await expect(keysOf(store.list(prefix))).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    test('a key is refused, or is exactly what is listed: it never leaves the store', async () => {
      const piece = fc.oneof(
        fc.constantFrom('..', '.', '/', '\\', '\0', '\uff0e', '\u2215', '~', 'a', 'B9', '-', '%2e', ' '),
        fc.string({ unit: 'binary', maxLength: 3 }),
      );
      const anyKey = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
      await fc.assert(
        fc.asyncProperty(anyKey, async (key) => {
          const { store: fresh, listEscaped, cleanUp } = await makeStore();
          try {
            const isRefused = await fresh.put(key, body).then(
              () => false,
              (error: Error) => {
                expect(error.name).toBe('InvalidInput');
                return true;
              },
            );
            expect(await keysOf(fresh.list(''))).toEqual(isRefused ? [] : [key]);
            expect((await listEscaped?.()) ?? []).toEqual([]);
          } finally {
            await cleanUp?.();
          }
        }),
        { numRuns: 100 },
      );
    }, 60_000);
  });
}

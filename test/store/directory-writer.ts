/**
 * A process that writes to a directory store and is killed; directory-store-crash.test.ts bundles and starts it.
 *
 *     directory-writer.js <root> die-at <n>        SIGKILLs itself right before its n-th change to the file system
 *     directory-writer.js <root> write-forever     prints "started" and writes until it is killed
 *     directory-writer.js <root> race <epoch ms>   from that moment claims race/0 … race/39; prints what it won
 */
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { DirectoryStore } from '../../lib/store/directory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { versionBody } from './version-body';

type Call = (...values: unknown[]) => unknown;

/** @returns how many changes were made so far. */
function dieAtChange(fatalChange: number, owners: readonly object[]): () => number {
  let changes = 0;
  const names = 'open rename link unlink writeFile linkSync unlinkSync';
  for (const owner of owners) {
    for (const name of names.split(' ')) {
      const original: unknown = Reflect.get(owner, name);
      if (typeof original !== 'function') continue;
      Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
        // A kill before a read has the same effect as a kill after the previous change.
        if (name !== 'open' || values[1] === 'wx') changes += 1;
        if (changes === fatalChange) process.kill(process.pid, 'SIGKILL');
        return (original as Call).apply(this, values);
      });
    }
  }
  return () => changes;
}

async function writeThreeTimes(store: DirectoryStore): Promise<void> {
  await store.put('a', versionBody(1));
  await store.putIfAbsent('folder/b', versionBody(2));
  await store.putIfUnchanged('a', versionBody(3), sha256Hex(versionBody(1)));
}

async function main([root, mode, value]: readonly string[]): Promise<void> {
  const store = new DirectoryStore(root!);
  if (mode === 'die-at') {
    const handle = await fsPromises.open(__filename);
    const countChanges = dieAtChange(Number(value), [
      fs,
      fsPromises,
      Object.getPrototypeOf(handle) as object,
    ]);
    await writeThreeTimes(store);
    process.stdout.write(`survived ${countChanges()} changes\n`);
  } else if (mode === 'write-forever') {
    process.stdout.write('started\n');
    for (let version = 1; ; version = (version % 200) + 1) {
      await Promise.all([0, 1, 2].map((key) => store.put(`busy/${key}`, versionBody(version, 300_000))));
    }
  } else {
    while (Date.now() < Number(value)) await new Promise(setImmediate);
    const won: number[] = [];
    for (let key = 0; key < 40; key += 1) {
      if (await store.putIfAbsent(`race/${key}`, new TextEncoder().encode(String(process.pid))))
        won.push(key);
    }
    process.stdout.write(JSON.stringify({ pid: process.pid, won }));
  }
}

void main(process.argv.slice(2));

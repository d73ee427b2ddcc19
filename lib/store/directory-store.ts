import { createHash } from 'node:crypto';
import { link, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { absentAsUndefined, PermanentError } from '../contracts/errors';
import { assertObjectKey, assertObjectPrefix } from '../contracts/object-keys';
import { errnoOf, isAbsence, toReadError, toWriteError, writeRefusal } from './directory-failures';
import {
  inFolder,
  newTemporaryPath,
  readFully,
  removeEmptyFolders,
  sweepTemporaries,
  syncFolder,
  unlinkIfPresent,
  withTemporary,
} from './directory-files';
import { assertNoFile } from './directory-links';
import { listKeys } from './directory-listing';
import { holdLock, withLock } from './directory-lock';
import { hashObject, type OpenedObject, openObject, readChunks } from './directory-reading';
import { Sidecars } from './directory-sidecars';
import type { Hold, HoldingStore, ObjectInfo, RemovingStore } from './object-store';
import { artifactNotFound, assertChecksum, assertRange, endsTooEarly } from './read-failures';
import { sha256Hex } from './sha256';

/** The store's own folder below its root; no key may start with it. */
const ownFolder = '.store';

/**
 * Plain files at `<root>/<key>`. `<root>/.store` has `tmp` (files being written), `locks` (one writer per key at a time,
 * across processes), `held` (who does which work) and `sha256` (see Sidecars). A file that a person copied into the store
 * has no checksum and is read without one. Nothing is created before the first write.
 */
export class DirectoryStore implements RemovingStore, HoldingStore {
  readonly location: string;
  private readonly temporaryFolder: string;
  private readonly sidecars: Sidecars;
  private sweep: Promise<void> | undefined;

  constructor(root: string) {
    this.location = resolve(root);
    this.temporaryFolder = join(this.location, ownFolder, 'tmp');
    this.sidecars = new Sidecars(join(this.location, ownFolder, 'sha256'), this.temporaryFolder);
  }

  async get(key: string): Promise<Uint8Array> {
    return this.read(key, async ({ handle, bytes, versions }) => {
      const body = await readFully(handle, 0, bytes);
      this.verify(key, sha256Hex(body), versions);
      return body;
    });
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    assertRange(key, offset, length);
    return this.read(key, async ({ handle, bytes }) => {
      if (bytes < offset + length) throw endsTooEarly(key, this.location, offset + length);
      return readFully(handle, offset, length);
    });
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    const object = await this.open(key);
    try {
      const hash = createHash('sha256');
      for await (const chunk of readChunks(object)) {
        hash.update(chunk);
        yield chunk;
      }
      this.verify(key, hash.digest('hex'), object.versions);
    } catch (error) {
      throw toReadError(error, key, this.location);
    } finally {
      await object.handle.close();
    }
  }

  async put(key: string, body: Uint8Array): Promise<ObjectInfo> {
    const sha256 = sha256Hex(body);
    await this.write(key, body, sha256, rename, async () => true);
    return { key, bytes: body.byteLength, sha256 };
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    if ((await this.head(key)) !== undefined) return false;
    return this.write(key, body, sha256Hex(body), link, async () => (await this.hashOf(key)) === undefined);
  }

  async putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined): Promise<boolean> {
    if (expectedSha256 === undefined) return this.putIfAbsent(key, body);
    return this.write(
      key,
      body,
      sha256Hex(body),
      rename,
      async () => (await this.hashOf(key)) === expectedSha256,
    );
  }

  /** Links to files are listed, links to folders are not followed; a name that is not a valid key is skipped. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    assertObjectPrefix(prefix);
    if (prefix !== '') this.assertOutsideOwnFolder(prefix);
    let isEmpty = true;
    try {
      for await (const key of listKeys(this.location, prefix, ownFolder)) {
        const info = await this.head(key);
        if (info === undefined) continue;
        isEmpty = false;
        yield info;
      }
      if (isEmpty) await assertNoFile(this.location);
    } catch (error) {
      throw toReadError(error, prefix, this.location);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return absentAsUndefined(
      this.read(key, async (object) => {
        const { bytes, versions } = object;
        if (versions === undefined) return { key, bytes };
        // There are several versions only during a write or after a killed one: the bytes decide.
        return { key, bytes, sha256: versions.length === 1 ? versions[0]! : await hashObject(object) };
      }),
    );
  }

  /** The checksum goes after the file, so that a file is never read without one. Empty folders go with them. */
  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    if ((await this.head(key)) === undefined) return;
    try {
      await this.sweepOnce();
      await withLock(this.lockOf(key), async () => {
        await unlinkIfPresent(path);
        await this.sidecars.remove(key);
        await removeEmptyFolders(dirname(path), this.location);
      });
    } catch (error) {
      throw toWriteError(error, key, this.location);
    }
  }

  async hold(work: string): Promise<Hold> {
    try {
      await this.sweepOnce();
      return await holdLock({ ...this.lockOf(work), path: this.ownPath('held', work) });
    } catch (error) {
      throw toWriteError(error, work, this.location);
    }
  }

  /** All writes: the whole temporary file first; then, under the key's lock, checksum, move, and checksum again. */
  private async write(
    key: string,
    body: Uint8Array,
    sha256: string,
    moveIntoPlace: typeof rename | typeof link,
    isWanted: () => Promise<boolean>,
  ): Promise<boolean> {
    const path = this.pathOf(key);
    try {
      await this.sweepOnce();
      return await withTemporary(this.temporaryFolder, body, (temporaryPath) =>
        withLock(this.lockOf(key), async () => {
          if (!(await isWanted())) return false;
          await this.prepareFolder(key, path);
          const versions = await this.versionsAt(key);
          await this.sidecars.replace(key, [...versions, sha256]);
          try {
            await inFolder(dirname(path), () => moveIntoPlace(temporaryPath, path));
          } catch (error) {
            await this.sidecars.replace(key, versions).catch(keepExtraVersion);
            if (errnoOf(error) === 'EEXIST' && (await stat(path)).isFile()) return false;
            throw error;
          }
          await syncFolder(dirname(path));
          if (versions.length > 0) await this.sidecars.replace(key, [sha256]).catch(keepExtraVersion);
          return true;
        }),
      );
    } catch (error) {
      throw toWriteError(error, key, this.location);
    }
  }

  /** Before the sidecar is written, whose failure would name another path. */
  private async prepareFolder(key: string, path: string): Promise<void> {
    const isFolder = await inFolder(dirname(path), () =>
      stat(path).then(
        (there) => there.isDirectory(),
        () => false,
      ),
    );
    if (isFolder) throw writeRefusal('EISDIR', path, key, this.location);
  }

  /** The checksums that the file may have, from the sidecar; without a sidecar, that of the file. */
  private async versionsAt(key: string): Promise<readonly string[]> {
    const current = await this.hashOf(key);
    if (current === undefined) return [];
    return (await this.sidecars.read(key)) ?? [current];
  }

  /** SHA-256 of the bytes on disk, independent of what was recorded. */
  private hashOf(key: string): Promise<string | undefined> {
    return absentAsUndefined(this.read(key, hashObject));
  }

  private async read<Result>(key: string, use: (object: OpenedObject) => Promise<Result>): Promise<Result> {
    const object = await this.open(key);
    try {
      return await use(object);
    } catch (error) {
      throw toReadError(error, key, this.location);
    } finally {
      await object.handle.close();
    }
  }

  private async open(key: string): Promise<OpenedObject> {
    const path = this.pathOf(key);
    try {
      const object = await openObject(path, key, this.sidecars);
      if (object !== undefined) return object;
    } catch (error) {
      if (!isAbsence(error)) throw toReadError(error, key, this.location);
      // Only for ENOTDIR, so that an absent key costs nothing more.
      if (errnoOf(error) === 'ENOTDIR') await assertNoFile(this.location);
    }
    throw artifactNotFound(key, this.location);
  }

  private verify(key: string, actual: string, versions: readonly string[] | undefined): void {
    const howToAccept = `; to accept the file as it is, delete ${this.sidecars.pathOf(key)}`;
    assertChecksum(key, this.location, actual, versions, howToAccept);
  }

  private sweepOnce(): Promise<void> {
    this.sweep ??= mkdir(this.temporaryFolder, { recursive: true })
      .then(() => sweepTemporaries(this.temporaryFolder))
      .catch((error: unknown) => {
        this.sweep = undefined;
        throw error;
      });
    return this.sweep;
  }

  private lockOf(key: string) {
    return {
      path: this.ownPath('locks', key),
      claimPath: newTemporaryPath(this.temporaryFolder),
      what: `${key} in ${this.location}`,
    };
  }

  private ownPath(folder: string, name: string): string {
    return join(this.location, ownFolder, folder, sha256Hex(new TextEncoder().encode(name)));
  }

  private pathOf(key: string): string {
    assertObjectKey(key);
    this.assertOutsideOwnFolder(key);
    return join(this.location, key);
  }

  private assertOutsideOwnFolder(key: string): void {
    // Case-insensitive, like some file systems.
    if (key.split('/')[0]?.toLowerCase() !== ownFolder) return;
    throw new PermanentError(
      'InvalidInput',
      `The object key "${key}" is not allowed: "${ownFolder}" in ${this.location} is the store's own folder. Use another first segment.`,
      { evidence: { key } },
    );
  }
}

/** An extra checksum in the sidecar is harmless: the next write of the key removes it. */
function keepExtraVersion(): void {}

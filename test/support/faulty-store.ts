import { setImmediate as nextTurn } from 'node:timers/promises';
import { PermanentError, TransientError } from '../../lib/contracts/errors';
import { MemoryStore } from '../../lib/store/memory-store';
import type { ObjectInfo, ObjectStore } from '../../lib/store/object-store';
import { artifactNotFound, assertChecksum, endsTooEarly } from '../../lib/store/read-failures';

/** Which byte of a read is altered. In an IDX header of 16 bytes these are magic, count, height and width. */
const alteredFractions = { start: 0, early: 0.45, late: 0.7, end: 0.99 } as const;
type AlteredPlace = keyof typeof alteredFractions;

/**
 * The faults of an ObjectStore. Throttling, a 5xx response and a connection reset during one request are all
 * StoreUnavailable here (test/store/s3-failures.test.ts). A verified read reports altered bytes as CorruptArtifact;
 * `getRange` cannot verify them.
 */
export type Fault =
  | 'unavailable'
  | 'reset half way'
  | 'access denied'
  | 'truncated'
  | `altered on the way, ${AlteredPlace}`
  /** Until the key is written again. */
  | `altered at rest, ${AlteredPlace}`
  /** Until the key is written again. */
  | 'deleted'
  | 'written, and the answer lost'
  | 'killed before the write'
  | 'killed after the write';

const places = Object.keys(alteredFractions) as AlteredPlace[];
const reads = ['get', 'getRange', 'stream'] as const;
const writes = ['put', 'putIfAbsent', 'putIfUnchanged'] as const;
const wholes = ['list', 'head'] as const;
type Operation = (typeof reads | typeof writes | typeof wholes)[number];

export interface StoreCall {
  readonly operation: Operation;
  readonly key: string;
  /** Whether the key existed. */
  readonly isPresent: boolean;
}

const isWrite = (operation: Operation) => (writes as readonly string[]).includes(operation);

/** The possible faults of a call. */
export function faultsOf({ operation, isPresent }: StoreCall): Fault[] {
  const faults: Fault[] = ['unavailable', 'access denied'];
  if (isWrite(operation)) {
    faults.push('written, and the answer lost', 'killed before the write', 'killed after the write');
  }
  if (operation === 'list' || operation === 'stream') faults.push('reset half way');
  if (!isPresent || isWrite(operation) || operation === 'list') return faults;
  if (operation !== 'head') faults.push('truncated');
  if (operation === 'getRange') {
    for (const place of places) faults.push(`altered on the way, ${place}`, `altered at rest, ${place}`);
  } else faults.push('altered at rest, early');
  faults.push('deleted');
  return faults;
}

/** Simulates a killed process: no later call has an effect. */
export class Killed extends Error {}

/**
 * Forwards every call to `inner`, records it, and makes one of them fail. Calls return in a later turn of the event
 * loop, as those of a network do.
 */
export class FaultyStore implements ObjectStore {
  readonly calls: StoreCall[] = [];
  /** Whether the fault occurred. */
  hasFaultOccurred = false;
  private isDead = false;
  /** Of damaged keys, the position of the altered byte, or `deleted`. */
  private readonly damage = new Map<string, number | 'deleted'>();

  constructor(
    private readonly inner: ObjectStore,
    /** @default none */
    private readonly planned?: { readonly fault: Fault; readonly call: number },
    /** Turns of the event loop before each call, so that the calls of two callers mix in any order. */
    private readonly turnsBeforeCall = () => 1,
  ) {}

  get location(): string {
    return this.inner.location;
  }

  /** The next attempt is a separate process. */
  revive(): void {
    this.isDead = false;
  }

  /** Keys that differ from what was written. */
  get damagedKeys(): string[] {
    return [...this.damage.keys()];
  }

  get(key: string): Promise<Uint8Array> {
    return this.meet('get', key, 0, Number.POSITIVE_INFINITY, async () => {
      this.verify(key);
      return this.inner.get(key);
    });
  }

  getRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    return this.meet('getRange', key, offset, length, async () => {
      const bytes = await this.inner.getRange(key, offset, length);
      const altered = this.damage.get(key);
      if (altered === 'deleted') throw artifactNotFound(key, this.location);
      if (altered !== undefined && altered >= offset && altered < offset + length)
        bytes[altered - offset]! ^= 1;
      return bytes;
    });
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    const body = await this.meet('stream', key, 0, Number.POSITIVE_INFINITY, async () => {
      this.verify(key);
      return this.inner.get(key);
    });
    const middle = body.length >> 1;
    yield body.subarray(0, middle);
    this.resetIfPlanned(key);
    yield body.subarray(middle);
  }

  put(key: string, body: Uint8Array): Promise<ObjectInfo> {
    return this.meet('put', key, 0, 0, () => {
      this.damage.delete(key);
      return this.inner.put(key, body);
    });
  }

  putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return this.putIfUnchanged(key, body, undefined, 'putIfAbsent');
  }

  putIfUnchanged(
    key: string,
    body: Uint8Array,
    expectedSha256: string | undefined,
    operation: 'putIfAbsent' | 'putIfUnchanged' = 'putIfUnchanged',
  ): Promise<boolean> {
    return this.meet(operation, key, 0, 0, async () => {
      if (this.damage.get(key) === 'deleted') {
        if (expectedSha256 !== undefined) return false;
        await this.inner.put(key, body);
        this.damage.delete(key);
        return true;
      }
      const isWritten = await this.inner.putIfUnchanged(key, body, expectedSha256);
      if (isWritten) this.damage.delete(key);
      return isWritten;
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const infos = await this.meet('list', prefix, 0, 0, async () => {
      const all: ObjectInfo[] = [];
      for await (const info of this.inner.list(prefix)) all.push(info);
      return all.filter(({ key }) => this.damage.get(key) !== 'deleted');
    });
    for (const [index, info] of infos.entries()) {
      if (index === infos.length >> 1) this.resetIfPlanned(prefix);
      yield info;
    }
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.meet('head', key, 0, Number.POSITIVE_INFINITY, async () =>
      this.damage.get(key) === 'deleted' ? undefined : this.inner.head(key),
    );
  }

  private async meet<Result>(
    operation: Operation,
    key: string,
    offset: number,
    length: number,
    act: () => Promise<Result>,
  ): Promise<Result> {
    for (let turns = this.turnsBeforeCall(); turns > 0; turns -= 1) await nextTurn();
    if (this.isDead) throw new Killed();
    const info = operation === 'list' ? undefined : await this.inner.head(key);
    const fault = this.planned?.call === this.calls.length ? this.planned.fault : undefined;
    this.calls.push({ operation, key, isPresent: info !== undefined });
    if (fault !== undefined) this.hasFaultOccurred = true;
    const place = fault?.startsWith('altered') ? (fault.split(', ')[1] as AlteredPlace) : undefined;
    const readBytes = Math.min(length, (info?.bytes ?? 0) - offset);
    const position = place && Math.floor(readBytes * alteredFractions[place]);
    if (fault === 'deleted') this.damage.set(key, 'deleted');
    if (fault?.startsWith('altered at rest')) this.damage.set(key, offset + position!);
    if (fault === 'unavailable') throw this.unavailable(key);
    if (fault === 'access denied') throw this.denied(operation, key);
    if (fault === 'truncated') throw endsTooEarly(key, this.location, readBytes);
    if (fault === 'killed before the write') throw this.kill();
    const result = await act();
    if (this.isDead || fault === 'killed after the write') throw this.kill();
    if (fault === 'written, and the answer lost') throw this.unavailable(key);
    if (fault?.startsWith('altered on the way')) (result as Uint8Array)[position!]! ^= 1;
    return result;
  }

  private resetIfPlanned(key: string): void {
    const isLast = this.planned?.call === this.calls.length - 1;
    if (isLast && this.planned?.fault === 'reset half way') throw this.unavailable(key);
  }

  private kill(): Killed {
    this.isDead = true;
    return new Killed();
  }

  private verify(key: string): void {
    const altered = this.damage.get(key);
    if (altered === 'deleted') throw artifactNotFound(key, this.location);
    if (altered !== undefined) assertChecksum(key, this.location, 'another', ['the recorded one']);
  }

  private unavailable(key: string): TransientError {
    return new TransientError('StoreUnavailable', `${key}: the store is unavailable.`);
  }

  private denied(operation: Operation, key: string): PermanentError {
    const name = isWrite(operation) ? 'StoreNotWritable' : 'InvalidInput';
    return new PermanentError(name, `${key}: this identity may not ${operation}.`);
  }
}

export async function copyStore(of: ObjectStore): Promise<MemoryStore> {
  const copy = new MemoryStore();
  for await (const { key } of of.list('')) await copy.put(key, await of.get(key));
  return copy;
}

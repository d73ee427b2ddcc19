export interface RowPosition {
  readonly part: number;
  readonly row: number;
}

/** Slots for each hash, at least: with more of them free, a search ends sooner. */
const slotsPerHash = 4 / 3;

/**
 * The first position of each hash, in 21 to 43 bytes a hash; a Map would take several times that, and has at most 2²⁴
 * entries. Open addressing with linear probing: the hashes are parts of SHA-256 sums, so their bits are random already.
 */
export class HashPositions {
  /** 0 for a free slot. */
  readonly #hashes: BigUint64Array;
  readonly #parts: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #mask: number;

  /** @param capacity - how many hashes are added at most. */
  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, capacity) * slotsPerHash));
    this.#hashes = new BigUint64Array(slots);
    this.#parts = new Uint32Array(slots);
    this.#rows = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  /** @param hash - not 0. A hash that is there already keeps its position. */
  add(hash: bigint, { part, row }: RowPosition): void {
    const slot = this.findSlot(hash);
    if (this.#hashes[slot] === hash) return;
    this.#hashes[slot] = hash;
    this.#parts[slot] = part;
    this.#rows[slot] = row;
  }

  get(hash: bigint): RowPosition | undefined {
    const slot = this.findSlot(hash);
    if (this.#hashes[slot] !== hash) return undefined;
    return { part: this.#parts[slot]!, row: this.#rows[slot]! };
  }

  /** Of the hash, or a free one. */
  private findSlot(hash: bigint): number {
    let slot = Number(BigInt.asUintN(32, hash)) & this.#mask;
    while (this.#hashes[slot] !== 0n && this.#hashes[slot] !== hash) slot = (slot + 1) & this.#mask;
    return slot;
  }
}

import type { DatasetManifest, Split } from '../contracts/dataset';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { ObjectStore } from '../store/object-store';
import { forEachConcurrently } from './for-each-concurrently';
import type { ImageSource } from './image-source';
import { assertRowsAddUp, type LabeledImages } from './load-split';
import {
  fetchShard,
  keptRows,
  type RowTarget,
  type ShardFile,
  type ShardSummary,
  unpackShard,
} from './read-shard';

/** While one shard is converted, the next is read and decompressed. */
const shardsAtOnce = 2;

export interface ShardImagesOptions {
  /** Shared memory is passed to it, so that another thread can fill it. @default on this thread */
  readonly unpack?: (file: ShardFile, target: RowTarget) => Promise<void>;
  /** For each shard the rows of its file to take, in increasing order. @default all that count */
  readonly rowsOfShards?: readonly Int32Array[] | undefined;
}

/** The images of a split, read from its shards each time. Memory: two groups, the one in use and the next. */
export class ShardImages implements ImageSource {
  readonly imageShape: ImageShape;
  readonly blockRows: readonly number[];
  readonly count: number;
  readonly #store: ObjectStore;
  readonly #shards: readonly ShardSummary[];
  /** `undefined`: all rows. */
  readonly #rowsOfShards: readonly (Int32Array | undefined)[];
  readonly #unpack: NonNullable<ShardImagesOptions['unpack']>;
  /** Kept from one reading to the next: otherwise those of the last epoch would wait for the garbage collection. */
  readonly #slots: RowTarget[] = [];

  constructor(
    store: ObjectStore,
    manifest: DatasetManifest,
    split: Split,
    { unpack = unpackShard, rowsOfShards }: ShardImagesOptions = {},
  ) {
    assertRowsAddUp(manifest, split);
    const { shards } = manifest[split];
    this.#store = store;
    this.#shards = shards;
    this.#rowsOfShards = rowsOfShards ?? shards.map(keptRows);
    this.#unpack = unpack;
    this.imageShape = manifest.imageShape;
    this.blockRows = shards.map(({ rowCount }, block) => this.#rowsOfShards[block]?.length ?? rowCount);
    this.count = this.blockRows.reduce((sum, rows) => sum + rows, 0);
  }

  async *read(groups: readonly (readonly number[])[]): AsyncGenerator<LabeledImages> {
    const sizes = groups.map((group) => group.reduce((sum, block) => sum + this.blockRows[block]!, 0));
    const mostRows = sizes.reduce((most, rows) => Math.max(most, rows), 0);
    let ahead: Promise<LabeledImages> | undefined;
    const start = (position: number) => {
      const group = groups[position];
      if (group === undefined) return undefined;
      const images = this.readGroup(group, this.slot(position % 2, mostRows));
      // It may fail before it is awaited, which would end the process.
      images.catch(() => {});
      return images;
    };
    try {
      ahead = start(0);
      for (const position of groups.keys()) {
        const images = await ahead!;
        // The group before is not in use any more.
        ahead = start(position + 1);
        yield images;
      }
    } finally {
      // The next reading uses the same memory.
      await Promise.allSettled([ahead]);
    }
  }

  private async readGroup(group: readonly number[], slot: RowTarget): Promise<LabeledImages> {
    const { imageShape } = this;
    const values = valuesPerImage(imageShape);
    let count = 0;
    await forEachConcurrently(group, shardsAtOnce, async (block) => {
      const [first, end] = [count, count + this.blockRows[block]!];
      if (first === end) return;
      count = end;
      const shard = this.#shards[block]!;
      const bytes = await fetchShard(this.#store, shard);
      const target = {
        pixels: slot.pixels.subarray(first * values, end * values),
        labels: slot.labels.subarray(first, end),
      };
      const { key, rowCount } = shard;
      await this.#unpack({ bytes, key, rowCount, imageShape, rows: this.#rowsOfShards[block] }, target);
    });
    return {
      pixels: slot.pixels.subarray(0, count * values),
      labels: slot.labels.subarray(0, count),
      count,
      imageShape,
    };
  }

  /** Shared memory. */
  private slot(index: number, rows: number): RowTarget {
    const kept = this.#slots[index];
    if (kept !== undefined && kept.labels.length >= rows) return kept;
    const allocate = (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes));
    const slot = { pixels: allocate(rows * valuesPerImage(this.imageShape)), labels: allocate(rows) };
    this.#slots[index] = slot;
    return slot;
  }
}

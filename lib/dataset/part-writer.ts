import { hash } from 'node:crypto';
import type { DatasetPart, PartResult, Split, UnreadableImage } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { valuesPerImage } from '../contracts/image-shape';
import { objectKeys } from '../contracts/object-keys';
import type { RawRows } from '../sources/source';
import type { ObjectStore } from '../store/object-store';
import { convertRows } from './conversion/convert-rows';
import { nameSlice } from './part-names';
import { PixelStatistics } from './pixel-statistics';
import { normalizePixels } from './pixels';
import type { PlannedRows } from './rows-table';
import { encodeShard, rowsPerShard } from './shards';

/** Of each kind, so that results stay small. */
const maxExamples = 100;
/** The beginning of the SHA-256 of an image, by which duplicates are found. */
export const bytesPerHash = 8;

/** Collects sentences or names, of which it keeps the first. */
class Examples<Example> {
  readonly examples: Example[] = [];
  count = 0;

  add(example: Example): void {
    this.count += 1;
    if (this.examples.length < maxExamples) this.examples.push(example);
  }

  get summary() {
    return { count: this.count, examples: this.examples };
  }
}

/** The shard of a split that is being filled. */
interface OpenShard {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  filled: number;
  index: number;
}

/** Converts the images of a part, checks them, and writes a shard of each split whenever it has enough of them. */
export class PartWriter {
  private readonly shards: PartResult['shards'] = [];
  private readonly open = new Map<Split, OpenShard>();
  private readonly statistics: Readonly<Record<Split, PixelStatistics>>;
  private readonly hashes: Uint8Array;
  private readonly constant = new Examples<string>();
  private readonly unreadable = new Examples<UnreadableImage>();
  private readonly problems = new Examples<string>();
  private readonly imageValues: number;
  private nextRow = 0;

  constructor(
    private readonly part: DatasetPart,
    private readonly rows: PlannedRows,
    private readonly store: ObjectStore,
  ) {
    const { classCount, conversion, rowCount } = part;
    this.statistics = { train: new PixelStatistics(classCount), test: new PixelStatistics(classCount) };
    this.imageValues = valuesPerImage(conversion.imageShape);
    this.hashes = new Uint8Array(rowCount * bytesPerHash);
  }

  async add(block: RawRows): Promise<void> {
    const firstRow = this.nextRow;
    this.nextRow += block.rowCount;
    if (this.nextRow > this.part.rowCount) return;
    if ('problem' in block) {
      this.unreadable.add({ name: block.nameOf(0), problem: block.problem });
      return;
    }
    const { pixels, problems } = convertRows(block, this.part.conversion);
    for (const problem of problems) this.problems.add(problem);
    // Nothing of an unusable dataset is needed, but all of its problems are.
    if (this.problems.count > 0) return;
    for (let row = 0; row < block.rowCount; row += 1) {
      const image = pixels.subarray(row * this.imageValues, (row + 1) * this.imageValues);
      if (isConstant(image)) this.constant.add(block.nameOf(row));
      await this.addImage(image, firstRow + row);
    }
  }

  /** A file that cannot be read as it was planned. */
  addProblem(problem: string): void {
    this.problems.add(problem);
  }

  /**
   * Writes the rest, and the hashes of the images.
   *
   * @throws PermanentError InvalidDataset if there were more or fewer images than planned.
   */
  async finish(): Promise<PartResult> {
    const { part, nextRow, store } = this;
    if (this.problems.count === 0 && nextRow !== part.rowCount) {
      const fileName = nameSlice(part.slice);
      throw new PermanentError(
        'InvalidDataset',
        `${fileName} has ${nextRow} images from image ${part.firstRow} on, and the plan has ${part.rowCount}: it changed. Run again when nothing writes there.`,
        { evidence: { fileName, nextRow, planned: part.rowCount } },
      );
    }
    for (const split of ['train', 'test'] as const) await this.writeShard(split);
    const hashesKey = objectKeys.partHashes(part.dataset, part.contentKey, part.index);
    const { sha256 } = await store.put(hashesKey, this.hashes);
    return {
      schemaVersion: 1,
      index: part.index,
      shards: this.shards,
      train: this.statistics.train.counts,
      test: this.statistics.test.counts,
      hashesSha256: sha256!,
      constant: this.constant.summary,
      unreadable: this.unreadable.summary,
      problems: this.problems.summary,
    };
  }

  private async addImage(image: Uint8Array, row: number): Promise<void> {
    const split = this.rows.splitOf(row);
    const label = this.rows.classOf(row);
    const shard = this.open.get(split) ?? this.openShard(split);
    shard.pixels.set(image, shard.filled * this.imageValues);
    shard.labels[shard.filled] = label;
    shard.filled += 1;
    this.statistics[split].addImage(image, label);
    const digest = hash('sha256', image, 'buffer');
    this.hashes.set(digest.subarray(0, bytesPerHash), row * bytesPerHash);
    if (shard.filled === shard.labels.length) await this.writeShard(split);
  }

  private openShard(split: Split): OpenShard {
    const { conversion } = this.part;
    const { firstShard, rowCount } = this.part[split];
    const rows = Math.min(rowsPerShard(conversion.imageShape), rowCount);
    const shard = {
      pixels: new Uint8Array(rows * this.imageValues),
      labels: new Uint8Array(rows),
      filled: 0,
      index: firstShard,
    };
    this.open.set(split, shard);
    return shard;
  }

  private async writeShard(split: Split): Promise<void> {
    const shard = this.open.get(split);
    if (shard === undefined || shard.filled === 0 || this.problems.count > 0) return;
    const { dataset, contentKey, conversion } = this.part;
    const rowCount = shard.filled;
    const images = normalizePixels(shard.pixels.subarray(0, rowCount * this.imageValues));
    const labels = shard.labels.subarray(0, rowCount);
    const key = objectKeys.shard(dataset, contentKey, split, shard.index);
    const { sha256, bytes } = await this.store.put(
      key,
      await encodeShard({ images, labels }, conversion.imageShape),
    );
    this.shards.push({ split, key, rowCount, sha256: sha256!, bytes });
    shard.filled = 0;
    shard.index += 1;
  }
}

function isConstant(image: Uint8Array): boolean {
  const [first] = image;
  return image.every((value) => value === first);
}

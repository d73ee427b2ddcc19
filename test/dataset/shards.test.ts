import * as fc from 'fast-check';
import type { RawDataset } from '../../lib/dataset/raw-dataset';
import {
  decodeShard,
  encodeShard,
  normalizePixels,
  planShards,
  quantizePixels,
  rowsPerShard,
} from '../../lib/dataset/shards';

const source = { key: 'datasets/d/raw/file', sha256: 'a'.repeat(64), bytes: 1 };
const rawDataset = (imageShape: [number, number], trainCount: number, testCount: number): RawDataset => ({
  dataset: 'd',
  imageShape,
  sourceFiles: { trainImages: source, trainLabels: source, testImages: source, testLabels: source },
  splits: [
    {
      split: 'train',
      imagesKey: 'i',
      labelsKey: 'l',
      imagesOffset: 16,
      labelsOffset: 8,
      rowCount: trainCount,
    },
    { split: 'test', imagesKey: 'j', labelsKey: 'm', imagesOffset: 16, labelsOffset: 8, rowCount: testCount },
  ],
});

test.each<[[number, number], number]>([
  [[28, 28], 10_000],
  // 32 MiB / 4 bytes = 8,388,608 pixels.
  [[29, 29], 9974],
  [[1, 838], 10_000],
  [[1, 839], 9998],
  [[1, 1], 10_000],
  [[2048, 4096], 1],
  [[2048, 4097], 1],
  [[2048, 2048], 2],
])('images of %p pixels: %i per shard', (imageShape, expected) => {
  expect(rowsPerShard(imageShape)).toBe(expected);
});

test('shards are disjoint, in order, and together complete', () => {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const sizes = fc.oneof(
    fc.tuple(upTo(100), upTo(100), upTo(60_000), upTo(60_000)),
    fc.tuple(upTo(3000), upTo(3000), upTo(100), upTo(100)),
  );
  fc.assert(
    fc.property(sizes, ([height, width, trainCount, testCount]) => {
      const shards = planShards(rawDataset([height, width], trainCount, testCount), 'key');
      for (const [split, rowCount] of [['train', trainCount] as const, ['test', testCount] as const]) {
        const ofSplit = shards.filter((shard) => shard.split === split);
        const ends = ofSplit.map(({ firstRow, rowCount }) => firstRow + rowCount);
        expect(ofSplit.map(({ firstRow }) => firstRow)).toEqual([0, ...ends.slice(0, -1)]);
        expect(ends.at(-1)).toBe(rowCount);
        expect(ofSplit.map(({ index }) => index)).toEqual([...ofSplit.keys()]);
        expect(Math.min(...ofSplit.map(({ rowCount }) => rowCount))).toBeGreaterThan(0);
      }
      expect(new Set(shards.map(({ shardKey }) => shardKey)).size).toBe(shards.length);
    }),
  );
});

test('every byte becomes the float32 nearest to u / 255', () => {
  const normalized = normalizePixels(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  // 255 · f differs from u by less than half the distance to the next float32, for the nearest one only.
  for (const [byte, value] of normalized.entries()) {
    const step = 2 ** (Math.floor(Math.log2(value || 1)) - 23);
    expect(Math.abs(255 * value - byte)).toBeLessThanOrEqual((255 * step) / 2);
  }
  expect([normalized[0], normalized[51], normalized[255]]).toEqual([0, Math.fround(0.2), 1]);
});

test('a shard is decoded as it was encoded', () => {
  const shard = { images: Float32Array.of(0, 0.5, 1, 0.25, 0, 1, 1, 0), labels: Uint8Array.of(3, 9) };
  const bytes = encodeShard(shard, [2, 2]);
  expect(decodeShard(bytes, { key: 'k', rowCount: 2, imageShape: [2, 2] })).toEqual(shard);
});

test.each<[string, number, [number, number]]>([
  ['more rows', 3, [2, 2]],
  ['fewer rows', 1, [2, 2]],
  ['another image shape', 2, [1, 4]],
])('a shard with %s than planned is refused', (_, rowCount, imageShape) => {
  const bytes = encodeShard({ images: new Float32Array(8), labels: new Uint8Array(2) }, [2, 2]);
  expect(() => decodeShard(bytes, { key: 'train-00000.npz', rowCount, imageShape })).toThrow(
    expect.objectContaining({
      name: 'CorruptArtifact',
      message: expect.stringMatching(
        /^train-00000\.npz has float32 2×2×2 as x and uint8 2 as y; expected are float32 .*\. Delete it/,
      ),
    }),
  );
});

test('all 256 pixels are restored from their float32', () => {
  const all = Uint8Array.from({ length: 256 }, (_, pixel) => pixel);
  expect(quantizePixels(normalizePixels(all), 'train-00000.npz')).toEqual(all);
});

test.each([-1 / 255, 256 / 255, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'the pixel %d is not one of the 256, and is refused',
  (value) => {
    expect(() => quantizePixels(Float32Array.of(0, value), 'train-00000.npz')).toThrow(
      /train-00000\.npz has the pixel .*not one of the 256 values/,
    );
  },
);

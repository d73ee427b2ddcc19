import * as fc from 'fast-check';
import type { RawDataset } from '../../lib/dataset/raw-dataset';
import { decodeShard, encodeShard, planShards, rowsPerShard } from '../../lib/dataset/shards';

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

test('a shard is decoded as it was encoded', async () => {
  const shard = { images: Float32Array.of(0, 0.5, 1, 0.25, 0, 1, 1, 0), labels: Uint8Array.of(3, 9) };
  const bytes = await encodeShard(shard, [2, 2]);
  expect(await decodeShard(bytes, { key: 'k', rowCount: 2, imageShape: [2, 2] })).toEqual(shard);
});

test.each<[string, number, [number, number]]>([
  ['more rows', 3, [2, 2]],
  ['fewer rows', 1, [2, 2]],
  ['another image shape', 2, [1, 4]],
])('a shard with %s than planned is refused', async (_, rowCount, imageShape) => {
  const bytes = await encodeShard({ images: new Float32Array(8), labels: new Uint8Array(2) }, [2, 2]);
  await expect(decodeShard(bytes, { key: 'train-00000.npz', rowCount, imageShape })).rejects.toThrow(
    expect.objectContaining({
      name: 'CorruptArtifact',
      message: expect.stringMatching(
        /^train-00000\.npz has float32 2×2×2 as x and uint8 2 as y; expected are float32 .*\. Delete it/,
      ),
    }),
  );
});

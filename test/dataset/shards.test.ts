import { decodeShard, encodeShard, rowsPerShard } from '../../lib/dataset/shards';

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

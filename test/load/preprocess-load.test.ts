import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rowsPerShard } from '../../lib/dataset/shards';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import type { LoadMeasurement, LoadPhase } from './measure-preprocess';

const run = promisify(execFile);
const folder = useScratchFolder();
/** One pixel per image: a shard has the maximum number of images and is still small. */
const imageShape = [1, 1] as const;
const sizes = [250, 1000] as const;
const phases = ['plan', 'shard', 'commit', 'plan again'] as const satisfies LoadPhase[];
const measurements = new Map<string, LoadMeasurement>();
const measured = (phase: LoadPhase, shardCount: number) => measurements.get(`${phase} ${shardCount}`)!;

/** Each phase runs in a separate process, so that its peak memory can be measured. */
async function measure(phase: LoadPhase, shardCount: number): Promise<LoadMeasurement> {
  const { stdout } = await run(process.execPath, [
    ...['--import', 'tsx', join(__dirname, 'measure-preprocess.ts')],
    ...[phase, join(folder, `digits-${shardCount}`), join(folder, `store-${shardCount}`)],
  ]);
  return JSON.parse(stdout) as LoadMeasurement;
}

beforeAll(async () => {
  for (const shardCount of sizes) {
    const testCount = rowsPerShard(imageShape);
    const trainCount = (shardCount - 1) * testCount;
    await writeTinyDataset(join(folder, `digits-${shardCount}`), { imageShape, trainCount, testCount });
    for (const phase of phases) measurements.set(`${phase} ${shardCount}`, await measure(phase, shardCount));
  }
  const lines = [...measurements.values()].map(({ phase, shardCount, seconds, peakBytes, startBytes }) =>
    [
      phase.padEnd(10),
      `${shardCount} shards`.padStart(11),
      `${seconds.toFixed(2)} s`.padStart(8),
      `${((peakBytes - startBytes) / 2 ** 20).toFixed(0)} MiB above ${(startBytes / 2 ** 20).toFixed(0)}`.padStart(
        18,
      ),
    ].join('  '),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
});

test.each(sizes)('%i shards are planned, made and committed', (shardCount) => {
  for (const phase of phases) expect(measured(phase, shardCount).shardCount).toBe(shardCount);
});

/** Calls to the store for n shards, one in each part: a number per shard, and a constant number. */
test.each([
  // Checks of the run and the dataset; then the configuration, the table of rows and the plan.
  ['plan', { head: [0, 2], get: [0, 1], putIfAbsent: [0, 1], put: [0, 2] }],
  // The Distributed Map and `runPipeline` read the plan. Written are a shard, the hashes and the result.
  ['shard', { getRange: [1, 0], put: [3, 0], get: [0, 1] }],
  // No shard is read: results, hashes and rows of the table are. Then the plan, the first image and the manifest.
  ['commit', { head: [1, 1], get: [2, 2], getRange: [1, 0], put: [0, 1], putIfAbsent: [0, 1] }],
  // One head per shard, and no shard is read.
  ['plan again', { head: [1, 4], get: [0, 3], putIfAbsent: [0, 1] }],
] as const)('%s asks the store in proportion to the shards', (phase, calls) => {
  for (const shardCount of sizes) {
    const expected = Object.entries(calls).map(([method, [each, once]]) => [
      method,
      each * shardCount + once,
    ]);
    expect(measured(phase, shardCount).calls).toEqual(Object.fromEntries(expected));
  }
});

/**
 * Of 7.5 million images more. The shards and the images stay where they are; the plan keeps the labels, and the commit keeps the
 * hashes and which training images are also test images: here all of them, because there are only 256 images of one pixel.
 */
test.each([
  ['plan', 48],
  ['shard', 8],
  ['commit', 32],
  ['plan again', 48],
] as const)('the memory of %s grows by at most %i bytes an image', (phase, bytesPerImage) => {
  const [few, many] = sizes.map((shardCount) => {
    const { peakBytes, startBytes } = measured(phase, shardCount);
    return peakBytes - startBytes;
  });
  const moreImages = (sizes[1] - sizes[0]) * rowsPerShard(imageShape);
  expect((many! - few!) / moreImages).toBeLessThan(bytesPerImage);
});

test('plan and manifest have 1.2 and 0.3 kilobytes a shard: ten thousand shards are 12 and 3 MB', () => {
  const { planBytes, manifestBytes } = measured('commit', 1000);
  expect(planBytes / 1000).toBeLessThan(1200);
  expect(manifestBytes / 1000).toBeLessThan(300);
});

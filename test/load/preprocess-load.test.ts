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

/** Calls to the store for n shards: a number per shard, and a constant number. */
test.each([
  // Checks of the run, the dataset and its four raw files; then the configuration, the files and the plan.
  ['plan', { head: [0, 10], get: [0, 1], putIfAbsent: [0, 5], put: [0, 1] }],
  // The Distributed Map and `runPipeline` read the plan.
  ['shard', { getRange: [2, 0], put: [1, 0], get: [0, 1] }],
  // In addition to the shards: the plan, the headers of four raw files, the first image and the manifest.
  ['commit', { head: [1, 1], get: [1, 1], getRange: [2, 4], put: [0, 1], putIfAbsent: [0, 1] }],
  // One head per shard, and no shard is read. The four raw files are compared byte by byte.
  ['plan again', { head: [1, 8], get: [0, 7], putIfAbsent: [0, 1] }],
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
 * With four times the shards, a step that keeps them in memory needs four times the memory. 750 shards are 37 MB of npz and 15 MB
 * of raw files, and the plan reads its raw files whole.
 */
test.each(phases)('the memory of %s does not grow with the shards', (phase) => {
  const [few, many] = sizes.map((shardCount) => {
    const { peakBytes, startBytes } = measured(phase, shardCount);
    return peakBytes - startBytes;
  });
  expect(many! - few!).toBeLessThan(64 * 2 ** 20);
});

test('plan and manifest have half a kilobyte a shard: ten thousand shards are 5 MB', () => {
  const { planBytes, manifestBytes } = measured('commit', 1000);
  expect(planBytes / 1000).toBeLessThan(512);
  expect(manifestBytes / 1000).toBeLessThan(300);
});

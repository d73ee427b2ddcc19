import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type RunConfig, runConfigSchema } from '../../../lib/contracts/run-config';
import { inMemory } from '../../../lib/dataset/image-source';
import type { LabeledImages } from '../../../lib/dataset/load-split';
import { createRandom, randomStreams } from '../../../lib/random/seeded-random';
import { shuffledRows } from '../../../lib/random/shuffle';
import { AugmentedBatches } from '../../../lib/training/batches/augmented-batches';
import { openBatchSource } from '../../../lib/training/batches/batch-source';
import { type BatchSource, takeRows } from '../../../lib/training/batches/batches';
import { RowAugmenter } from '../../../lib/training/batches/row-augmenter';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();

/** Pixels and label of an image tell its row. */
function makeImages(count: number): LabeledImages {
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: count * 30 }, random);
  return { pixels, labels: Uint8Array.from({ length: count }, (_, row) => row), count, imageShape: [5, 6] };
}

const images = makeImages(53);
const augmented = { shiftPixels: 1.5, rotationDegrees: 20, elasticPixels: 4, elasticSigma: 2 };
const settingsOf = (change: Partial<RunConfig>) =>
  runConfigSchema.parse({ batchSize: 8, seed: 3, ...change });

const rowsOf = (epoch: number, { seed, batchSize }: RunConfig) => {
  const rows = shuffledRows(images.count, createRandom(seed, randomStreams.shuffle, epoch));
  return Array.from({ length: Math.ceil(images.count / batchSize) }, (_, batch) =>
    rows.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
};

/** The labels, which are row numbers, and copies of the pixels. */
async function readAll(source: BatchSource, epoch: number, firstBatch = 0) {
  const batches: { rows: number[]; pixels: Uint8Array }[] = [];
  for await (const { count, pixels, labels } of source.batchesOf(epoch, firstBatch)) {
    expect(labels).toHaveLength(count);
    batches.push({ rows: [...labels], pixels: pixels.slice() });
  }
  return batches;
}

async function withSource<Result>(source: BatchSource, use: (source: BatchSource) => Promise<Result>) {
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** What the threads must give. */
function augmentOnThisThread(config: RunConfig, epoch: number, rows: Int32Array): Uint8Array {
  const { pixels } = takeRows(images, rows);
  const target = new Uint8Array(pixels.length);
  const { seed } = config;
  new RowAugmenter({ settings: config, seed, imageShape: [5, 6] }).augment(pixels, target, rows, epoch);
  return target;
}

test('without augmentation: the rows of the epoch, unchanged, from any batch on', async () => {
  const config = settingsOf({});
  const source = openBatchSource(inMemory(images), config);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.nat(7), async (epoch, first) => {
      expect(await readAll(source, epoch, first)).toEqual(
        rowsOf(epoch, config)
          .slice(first)
          .map((rows) => ({ rows: [...rows], pixels: takeRows(images, rows).pixels })),
      );
    }),
  );
  await source.close();
});

test('with augmentation: the same rows, deformed, from any batch on', async () => {
  const config = settingsOf(augmented);
  const expected = (epoch: number) =>
    rowsOf(epoch, config).map((rows) => ({
      rows: [...rows],
      pixels: augmentOnThisThread(config, epoch, rows),
    }));
  await withSource(openBatchSource(inMemory(images), config), async (source) => {
    expect(await readAll(source, 1)).toEqual(expected(1));
    expect(await readAll(source, 2, 4)).toEqual(expected(2).slice(4));
    expect(await readAll(source, 2, 7)).toEqual([]);
  });
  expect(expected(1)[0]!.pixels).not.toEqual(takeRows(images, rowsOf(1, config)[0]!).pixels);
});

test('an image is deformed alike in batches of any size, by any number of threads', async () => {
  const imageOfRow = async (batchSize: number, threadCount: number) => {
    const config = settingsOf({ ...augmented, batchSize });
    const source = new AugmentedBatches({
      images: inMemory(images),
      settings: config,
      threadCount,
    });
    const found = new Map<number, Uint8Array>();
    for (const { rows, pixels } of await withSource(source, (opened) => readAll(opened, 5)))
      rows.forEach((row, position) => {
        found.set(row, pixels.slice(position * 30, (position + 1) * 30));
      });
    return [...found].sort(([a], [b]) => a - b);
  };
  const reference = await imageOfRow(8, 1);
  expect(reference).toHaveLength(images.count);
  expect(await imageOfRow(8, 3)).toEqual(reference);
  expect(await imageOfRow(1, 2)).toEqual(reference);
  expect(await imageOfRow(1000, 1)).toEqual(reference);
});

test('a batch does not change while the threads work ahead, and an abandoned epoch changes none of the next', async () => {
  const config = settingsOf(augmented);
  const expected = (epoch: number, batch: number) =>
    augmentOnThisThread(config, epoch, rowsOf(epoch, config)[batch]!);
  await withSource(openBatchSource(inMemory(images), config), async (source) => {
    for (const epoch of [1, 2]) {
      const batches = source.batchesOf(epoch, 0);
      await batches.next();
      const { value } = await batches.next();
      await sleep(100);
      expect(value.pixels).toEqual(expected(epoch, 1));
      await batches.return(undefined);
    }
  });
});

function failingProgram(statement: string): string[] {
  const program = join(folder, `${statement.length}.mjs`);
  writeFileSync(
    program,
    `import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ buffer }) => { ${statement} });`,
  );
  return [program];
}

test.each([
  ["throw new Error('out of memory')", 'out of memory'],
  ['process.exit(7)', 'A thread of the augmentation has ended with code 7.'],
  ['if (buffer === 1) throw new Error("second"); else parentPort.postMessage(buffer)', 'second'],
])('a thread that does %s fails the training with its message', async (statement, message) => {
  const config = settingsOf(augmented);
  const source = new AugmentedBatches({
    images: inMemory(images),
    settings: config,
    threadCount: 2,
    program: failingProgram(statement),
  });
  await withSource(source, async () => {
    await expect(readAll(source, 1)).rejects.toThrow(message);
    await expect(readAll(source, 2)).rejects.toThrow(message);
  });
});

test('no thread is left after close, also in the middle of an epoch', async () => {
  const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const before = openPorts();
  const source = openBatchSource(inMemory(images), settingsOf(augmented));
  await source.batchesOf(1, 0).next();
  expect(openPorts()).toBeGreaterThan(before);
  await source.close();
  expect(openPorts()).toBe(before);
});

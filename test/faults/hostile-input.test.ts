import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { datasetManifestSchema, datasetPlanSchema } from '../../lib/contracts/dataset';
import { PipelineError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import {
  historySchema,
  latestModelSchema,
  metricsSchema,
  predictionsSchema,
  runRecordSchema,
  trainingRecordSchema,
} from '../../lib/contracts/results';
import { runConfigSchema, storedRunConfigSchema } from '../../lib/contracts/run-config';
import { testPredictionsSchema } from '../../lib/contracts/test-predictions';
import { tryItExamplesSchema } from '../../lib/contracts/try-it-examples';
import { loadSplit } from '../../lib/dataset/load-split';
import { decodeShard } from '../../lib/dataset/shards';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { readModelFile } from '../../lib/export/read-model-file';
import { decodeImage } from '../../lib/image/decode-image';
import { fitImageShape, fitPixelRange } from '../../lib/model/fit-images';
import { loadModel } from '../../lib/model/model-files';
import { readGraph } from '../../lib/model/read-graph';
import { decodeSafetensors } from '../../lib/model/safetensors';
import { encodeArchitecture, loadArchitecture } from '../../lib/model/stored-architecture';
import { assertTrainableLayers, requireTrainable } from '../../lib/model/trainable';
import { nameByContent } from '../../lib/store/content-object';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { assertFitsMemory } from '../../lib/training/memory-need';
import { copyStore } from '../support/faulty-store';
import { hostileVersionsOf } from '../support/hostile-bytes';
import { makeExif, makePng } from '../support/make-png';
import { createStepContext } from '../support/prepare-dataset';
import { readIdx } from '../support/read-idx';
import { describeResidual } from '../support/residual-model';
import { useScratchFolder } from '../support/scratch-folder';
import { encodeIdx, writeTinyDataset } from '../support/tiny-dataset';
import { makeWorkflow, runId, type WorkflowState } from '../support/workflow-steps';

const dataset = join(useScratchFolder(), 'digits');
const seed = Number(process.env['FUZZ_SEED'] ?? 2026);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 400);
const maxCaseMilliseconds = 2_000;
/** Each run starts a worker, and takes up to five seconds if the file cannot be read to its end. */
const kerasRuns = Math.ceil(numRuns / 10);
const maxGrowthBytes = 300 * 2 ** 20;

/** A finished run, which provides the valid files. */
const store = new MemoryStore();
let state: WorkflowState = { dataset: '', contentKey: '', isPrepared: false };
beforeAll(async () => {
  await useWasmBackend();
  await writeTinyDataset(dataset, { trainCount: 61, testCount: 31, classes: 3 });
  for (const step of makeWorkflow(dataset)) state = await step.run(createStepContext(store), state);
});

const builtIns = [Object.prototype, Array.prototype, Function.prototype];
const namesOf = (objects: readonly object[]) => objects.map((object) => Object.getOwnPropertyNames(object));

/** Every case must end soon, with little memory, and with a value or an error for which `isExpected` is true. */
async function fuzz(
  bytes: fc.Arbitrary<Uint8Array>,
  read: (bytes: Uint8Array) => unknown,
  isExpected: (error: unknown) => boolean,
  { runs = numRuns, maxMilliseconds = maxCaseMilliseconds } = {},
): Promise<void> {
  const before = namesOf(builtIns);
  const residentBytes = process.memoryUsage.rss();
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(bytes, async (hostile) => {
      const startedAt = performance.now();
      try {
        await read(hostile);
        outcomes.read += 1;
      } catch (error) {
        if (!isExpected(error)) throw error;
        outcomes.refused += 1;
      }
      expect(performance.now() - startedAt).toBeLessThan(maxMilliseconds);
    }),
    // Shrinking cases that reach a limit would take hours.
    { seed, numRuns: runs, endOnFailure: true },
  );
  expect(namesOf(builtIns)).toEqual(before);
  expect(process.memoryUsage.rss() - residentBytes).toBeLessThan(maxGrowthBytes);
  // If the edits had no effect, nothing would be tested.
  expect(outcomes.refused).toBeGreaterThan(runs / 4);
}

const named = (name: string) => (error: unknown) => error instanceof PipelineError && error.name === name;

describe('dataset files', () => {
  const idx = encodeIdx([5, 4, 3], new Uint8Array(60).fill(7));

  test('IDX, plain and gzip', () =>
    fuzz(hostileVersionsOf([idx, gzipSync(idx)]), (bytes) => readIdx(bytes), named('InvalidDataset')));

  test('a shard', async () => {
    const { train, imageShape } = await manifest();
    const { key, rowCount } = train.shards[0]!;
    await fuzz(
      hostileVersionsOf([await store.get(key)]),
      (bytes) => decodeShard(bytes, { key, rowCount, imageShape }),
      named('CorruptArtifact'),
    );
  });

  test.each(['png', 'jpg', 'webp', 'gif', 'bmp'])('an image, .%s', async (ending) => {
    const samples = join(__dirname, '../image/samples');
    const names = readdirSync(samples).filter((name) => name.endsWith(`.${ending}`));
    const content = { shape: [4, 4], color: 'rgba', depth: 8, samples: Array(64).fill(90) } as const;
    const pngs = [
      makePng(content),
      makePng({ ...content, isInterlaced: true, chunks: [['eXIf', makeExif(6)]] }),
    ];
    const valid = ending === 'png' ? pngs : names.map((name) => readFileSync(join(samples, name)));
    // Starts the decoder, so that its start is not measured.
    await decodeImage(valid[0]!, 'first');
    await fuzz(
      hostileVersionsOf(valid),
      async (bytes) => {
        const { rgba, shape } = await decodeImage(bytes, 'digit');
        expect(rgba).toHaveLength(shape[0] * shape[1] * 4);
      },
      named('InvalidInput'),
    );
  });
});

const manifest = () =>
  getJson(store, objectKeys.manifest(state.dataset, state.contentKey), datasetManifestSchema);

describe('JSON files of the pipeline', () => {
  test.each([
    ['config.json', () => objectKeys.config(runId), storedRunConfigSchema],
    ['plan.json', () => objectKeys.plan(state.dataset, state.contentKey), datasetPlanSchema],
    ['manifest.json', () => objectKeys.manifest(state.dataset, state.contentKey), datasetManifestSchema],
    ['history.json', () => objectKeys.history(runId), historySchema],
    ['training.json', () => objectKeys.training(runId), trainingRecordSchema],
    ['metrics.json', () => objectKeys.metrics(runId), metricsSchema],
    ['predictions.json', () => objectKeys.predictions(runId), predictionsSchema],
    ['test-predictions.json', () => objectKeys.testPredictions(runId), testPredictionsSchema],
    ['try-it/examples.json', () => objectKeys.tryItExamples(runId), tryItExamplesSchema],
    ['run.json', () => objectKeys.runRecord(runId), runRecordSchema],
    ['latest.json', () => objectKeys.latestModel('mnist-mlp'), latestModelSchema],
  ])('%s', async (_, keyOf, schema) => {
    const key = keyOf();
    const copy = new MemoryStore();
    await fuzz(
      hostileVersionsOf([await store.get(key)], { isText: true }),
      async (bytes) => {
        await copy.put(key, bytes);
        const value = await getJson(copy, key, schema);
        expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
        expect((value as { polluted?: unknown }).polluted).toBeUndefined();
      },
      named('CorruptArtifact'),
    );
  });

  test('a manifest, and the images that it points to', async () => {
    const key = objectKeys.manifest(state.dataset, state.contentKey);
    const copy = await copyStore(store);
    const isExpected = (error: unknown) =>
      error instanceof PipelineError && /^(CorruptArtifact|ArtifactNotFound|InvalidInput)$/.test(error.name);
    await fuzz(
      hostileVersionsOf([await store.get(key)], { isText: true }),
      async (bytes) => {
        await copy.put(key, bytes);
        await loadSplit(copy, await getJson(copy, key, datasetManifestSchema), 'test');
      },
      isExpected,
    );
  });
});

describe('models', () => {
  test.each([
    ['model.json', objectKeys.modelTopology],
    ['weights.bin', objectKeys.modelWeights],
  ])('TensorFlow.js, %s', async (file, keyOf) => {
    const key = keyOf(runId);
    const copy = await copyStore(store);
    // A weight may have any value; only the size of the file can be wrong.
    const isText = file === 'model.json';
    const valid = await store.get(key);
    const cut = fc.nat({ max: valid.length - 1 }).map((length) => valid.subarray(0, length));
    await fuzz(
      isText ? hostileVersionsOf([valid], { isText }) : cut,
      async (bytes) => {
        await copy.put(key, bytes);
        (await loadModel(copy, runId)).dispose();
      },
      named('CorruptArtifact'),
    );
  });

  test('safetensors: a value, or an error that says what is wrong', async () => {
    const valid = await store.get(objectKeys.modelFile(runId, 'model.safetensors'));
    await fuzz(hostileVersionsOf([valid], { isText: true }), decodeSafetensors, (error) => {
      const { name, message } = error as Error;
      return message.length > 0 && name !== 'RangeError';
    });
  });

  test.each(['model.h5', 'model.keras'])('Keras, %s', async (file) => {
    const valid = await store.get(objectKeys.modelFile(runId, file));
    await fuzz(
      hostileVersionsOf([valid], { isText: true }),
      async (bytes) => (await readKerasModel(bytes, file)).dispose(),
      named('InvalidInput'),
      { runs: kerasRuns, maxMilliseconds: 8_000 },
    );
  });

  test('an architecture in JSON: trained, or refused with a sentence', async () => {
    const chain = await store.get(objectKeys.modelTopology(runId));
    const residual = Buffer.from(JSON.stringify(describeResidual([6, 6, 1], 3)));
    const read = async (bytes: Uint8Array) => {
      const { graph } = await readModelFile(bytes, 'The file', async () => undefined);
      assertTrainableLayers(graph, 'The file');
      const network = requireTrainable(fitImageShape(fitPixelRange(graph), [6, 6], 'It'), 3, 'It');
      assertFitsMemory(network, runConfigSchema.parse({}));
      const architecture = encodeArchitecture(network);
      await copy.put(architecture.key, architecture.body);
      expect(encodeArchitecture(await loadArchitecture(copy, architecture.sha256))).toEqual(architecture);
    };
    const copy = new MemoryStore();
    for (const valid of [chain, residual]) await read(valid);
    await fuzz(hostileVersionsOf([chain, residual], { isText: true }), read, named('InvalidInput'));
  });

  test('a stored architecture', async () => {
    const graph = readGraph(describeResidual([6, 6, 1], 3), { what: 'It', kerasMajor: 3 });
    const { body } = encodeArchitecture(graph);
    const copy = new MemoryStore();
    await fuzz(
      hostileVersionsOf([body], { isText: true }),
      async (bytes) => {
        const { key, sha256 } = nameByContent(bytes, objectKeys.architecture);
        await copy.put(key, bytes);
        await loadArchitecture(copy, sha256);
      },
      (error) => named('CorruptArtifact')(error) || named('InvalidInput')(error),
    );
  });

  test('reading an HDF5 file on which the C library loops forever is stopped', async () => {
    const endless = gunzipSync(readFileSync(join(__dirname, 'endless.h5.gz')));
    await expect(readKerasModel(endless, 'endless.h5')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/endless\.h5 cannot be read within 5 s of a processor core/),
    });
  });

  test('reading an HDF5 file for which a busy machine has no time may succeed later', async () => {
    const endless = gunzipSync(readFileSync(join(__dirname, 'endless.h5.gz')));
    const clock = jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(120_000);
    const reading = readKerasModel(endless, 'endless.h5');
    await expect(reading).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(
        /^endless\.h5 was not read within 120 s, .* this machine is busy\. Try again/,
      ),
    });
    clock.mockRestore();
  });
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { predictionsSchema, trainingRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { runPython } from '../support/reference-python';
import { makeTinyDataset } from '../support/tiny-dataset';
import { assertSmallStates, assertWholeRun, type Case, type CaseContext, uploadTinyDataset } from './cases';
import { runProgram } from './program';

const runId = 'convolutional';
/** A small network of the preset, on a few images. */
const settings = { preset: 'cnn', filters: [4], classes: 3, epochs: 2, batchSize: 20, compute: 'cpu' };
/** Of two sums in another order. */
const toleratedDifference = 1e-5;

/** A model of its own, without weights, as `model.to_json()` of Keras 2 writes it. */
const ownModel = {
  class_name: 'Sequential',
  keras_version: '2.15.0',
  config: {
    name: 'own',
    layers: [
      { class_name: 'InputLayer', config: { name: 'image', batch_input_shape: [null, 6, 6, 1] } },
      { class_name: 'Conv2D', config: { name: 'conv', filters: 2, kernel_size: [3, 3], activation: 'relu' } },
      { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
      { class_name: 'Dense', config: { name: 'logits', units: 3 } },
    ],
  },
};

/** Writes the model's files of the run, the first ten test images, and the predictions of the evaluation. */
async function writeForReferences({ client: { store }, folder }: CaseContext): Promise<string[]> {
  const { test } = makeTinyDataset({ trainCount: 120, testCount: 30, classes: 3 });
  const { predictions } = await getJson(store, objectKeys.predictions(runId), predictionsSchema);
  const pixels = test.pixels.slice(0, (test.pixels.length / test.count) * predictions.length);
  const images = Float32Array.from(pixels, (value) => value / 255);
  const expected = Float32Array.from(predictions.flatMap(({ probabilities }) => probabilities));
  await writeFile(join(folder, 'model.images.f32'), new Uint8Array(images.buffer));
  await writeFile(join(folder, 'model.f32'), new Uint8Array(expected.buffer));
  const files = ['model.keras', 'model.h5', 'model.onnx'];
  for (const file of files)
    await writeFile(join(folder, file), await store.get(objectKeys.modelFile(runId, file)));
  return files;
}

/** In this order: the others read what the first has trained. */
export const convolutionalCases: readonly Case[] = [
  {
    name: 'the preset cnn trains in the workflow, with the settings that override it',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const { status, cause, executionArn } = await client.run(runId, { ...settings, dataset });
      assert.equal(status, 'SUCCEEDED', cause);
      await assertSmallStates(client, executionArn!);
      const { config } = await assertWholeRun(client, runId, 2);
      const { model, filters, optimizer, rotationDegrees } = config;
      assert.deepEqual({ model, filters, optimizer }, { model: 'cnn', filters: [4], optimizer: 'adamw' });
      assert.ok(rotationDegrees > 0);
      const { stepCount } = await getJson(client.store, objectKeys.training(runId), trainingRecordSchema);
      assert.equal(stepCount, 12);
    },
  },
  {
    name: 'Keras and ONNX Runtime read its model, and predict what the workflow has evaluated',
    run: async (context) => {
      const [keras, h5, onnx] = (await writeForReferences(context)) as [string, string, string];
      const scripts = [
        ['keras_read_networks.py', keras, h5],
        ['onnx_read_networks.py', onnx],
      ] as const;
      for (const [script, ...files] of scripts) {
        const { results } = runPython<{ results: Record<string, { difference: number }> }>(script, [
          context.folder,
          ...files,
        ]);
        for (const file of files) {
          const { difference } = results[file]!;
          assert.ok(difference <= toleratedDifference, `${file}: ${difference} apart`);
        }
      }
    },
  },
  {
    name: 'a model file travels from the command line to the training in the cloud',
    run: async (context) => {
      const file = join(context.folder, 'own.json');
      await writeFile(file, JSON.stringify(ownModel));
      const dataset = await uploadTinyDataset(context.client, 'tiny');
      const { code, output } = await runProgram(context, [
        ...['train', '--cloud', '--compute', 'cpu', '--run-id', 'own-model', '--model', file],
        ...['--dataset', dataset, '--classes', '3', '--epochs', '1', '--batch-size', '20'],
      ]);
      assert.equal(code, 0, output);
      const { config } = await assertWholeRun(context.client, 'own-model', 1);
      assert.match(config.model, /^[0-9a-f]{64}$/);
    },
  },
  {
    name: 'the weights of a model file are where a training in the cloud starts',
    run: async (context) => {
      const dataset = await uploadTinyDataset(context.client, 'tiny');
      const { code, output } = await runProgram(context, [
        ...['train', '--cloud', '--compute', 'cpu', '--run-id', 'from-weights'],
        ...['--from', join(context.folder, 'model.keras'), '--dataset', dataset],
        ...['--epochs', '1', '--batch-size', '20'],
      ]);
      assert.equal(code, 0, output);
      const { config } = await assertWholeRun(context.client, 'from-weights', 1);
      assert.match(config.initialWeightsSha256 ?? '', /^[0-9a-f]{64}$/);
    },
  },
];

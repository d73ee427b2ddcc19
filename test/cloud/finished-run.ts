import { objectKeys } from '../../lib/contracts/object-keys';
import {
  historySchema,
  predictionsSchema,
  type RunRecord,
  runRecordSchema,
} from '../../lib/contracts/results';
import { runConfigSchema, storedRunConfigSchema } from '../../lib/contracts/run-config';
import { putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';

const createdAt = '2026-11-25T12:00:00.000Z';
const textOf = (text: string) => new TextEncoder().encode(text);

export const epochOf = (epoch: number) => ({
  epoch,
  loss: 1 / epoch,
  acc: 0.9,
  val_loss: 1 / epoch,
  val_acc: 0.9,
  seconds: 5,
});

export async function putConfig(store: ObjectStore, runId: string, epochs = 2): Promise<void> {
  const config = runConfigSchema.parse({ epochs });
  await putJson(store, objectKeys.config(runId), storedRunConfigSchema, {
    schemaVersion: 1,
    runId,
    createdAt,
    config,
  });
}

export async function putHistory(store: ObjectStore, runId: string, epochCount: number): Promise<void> {
  const epochs = Array.from({ length: epochCount }, (_, index) => epochOf(index + 1));
  await putJson(store, objectKeys.history(runId), historySchema, { schemaVersion: 1, runId, epochs });
}

/**
 * Stores a finished run with a model and a report of a few bytes, and a checkpoint that must not be fetched.
 *
 * @param facts - values of its run.json that differ from the usual ones.
 */
export async function putFinishedRun(
  store: ObjectStore,
  runId: string,
  status: RunRecord['status'] = 'accepted',
  facts: Partial<RunRecord> = {},
): Promise<string[]> {
  await putConfig(store, runId);
  await putHistory(store, runId, 2);
  await store.put(objectKeys.modelTopology(runId), textOf('{"the": "topology"}'));
  await store.put(objectKeys.modelWeights(runId), textOf('the weights'));
  await putJson(store, objectKeys.predictions(runId), predictionsSchema, {
    schemaVersion: 1,
    runId,
    predictions: [{ index: 0, label: 7, predicted: 7, probabilities: [0, 1] }],
  });
  await store.put(objectKeys.report(runId), textOf('<!DOCTYPE html>'));
  const artifacts: RunRecord['artifacts'] = [];
  for await (const { key } of store.list(objectKeys.run(runId))) {
    const { bytes, sha256 } = (await store.head(key))!;
    artifacts.push({ key, bytes, sha256: sha256! });
  }
  await store.put(objectKeys.checkpoint(runId, 0), textOf('on the way'));
  await putJson(store, objectKeys.runRecord(runId), runRecordSchema, {
    schemaVersion: 1,
    runId,
    status,
    createdAt,
    finishedAt: '2026-11-25T12:03:00.000Z',
    config: runConfigSchema.parse({ epochs: 2 }),
    dataset: { name: 'mnist', contentKey: 'abc', manifestSha256: 'a'.repeat(64) },
    environment: {
      engine: 'native',
      device: 'cpu',
      tensorflowVersion: '2.21.0',
      tfjsVersion: '4.22.0',
      nodeVersion: '22.12.0',
      platform: 'linux x64',
      cpuModel: 'any',
      cpuCount: 4,
    },
    costUsd: 0.0123,
    phases: [{ name: 'train', seconds: 51.2 }],
    accuracy: 0.9835,
    loss: 0.0557,
    testCount: 10_000,
    errorCount: 165,
    artifacts,
    pipelineVersion: '0.1.0',
    ...facts,
  });
  return [...artifacts.map(({ key }) => key), objectKeys.runRecord(runId)];
}

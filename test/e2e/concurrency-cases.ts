import assert from 'node:assert/strict';
import { datasetManifestSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { latestModelSchema, type RunRecord, trainingRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { sha256Hex } from '../../lib/store/sha256';
import { assertWholeRun, type Case, tiny, uploadTinyDataset } from './cases';
import type { PipelineClient } from './pipeline-client';

const executionCount = 20;
const limitSeconds = 400;
const modelName = 'twenty';

/** Greater for a run that finished later, or in the same millisecond with a greater id. */
const rankOf = ({ finishedAt, runId }: Pick<RunRecord, 'finishedAt' | 'runId'>) => `${finishedAt} ${runId}`;

/** Each shard has, and always had, the bytes of the manifest. The manifest was written once. */
async function assertPreparedOnce(client: PipelineClient, { dataset }: RunRecord): Promise<void> {
  const { store } = client;
  const manifestKey = objectKeys.manifest(dataset.name, dataset.contentKey);
  const { train, test } = await getJson(store, manifestKey, datasetManifestSchema);
  const versions = await client.versionsBelow(objectKeys.preparedFolder(dataset.name, dataset.contentKey));
  assert.equal(versions.get(manifestKey)?.length, 1, `${manifestKey} was written again`);
  for (const { key, sha256 } of [...train.shards, ...test.shards]) {
    assert.equal(sha256Hex(await store.get(key)), sha256, key);
    assert.deepEqual([...new Set(versions.get(key)?.map(sha256Hex))], [sha256], key);
  }
}

/** The pointer moved from run to run in the order in which they finished, and ended on the last. */
async function assertNoLostUpdate(client: PipelineClient, records: readonly RunRecord[]): Promise<void> {
  const key = objectKeys.latestModel(modelName);
  const rankById = new Map(records.map((record) => [record.runId, rankOf(record)]));
  const bodies = (await client.versionsBelow(key)).get(key) ?? [];
  const ranks = bodies.map((body) => {
    const { runId } = latestModelSchema.parse(JSON.parse(new TextDecoder().decode(body)));
    return rankById.get(runId);
  });
  assert.ok(!ranks.includes(undefined), 'The pointer was on a run of another case');
  assert.deepEqual(ranks, [...new Set(ranks)].sort());
  assert.equal(ranks.at(-1), [...rankById.values()].sort().at(-1));
}

export const concurrencyCases: readonly Case[] = [
  {
    name: `${executionCount} executions at once on a dataset that is not prepared`,
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'twenty', { seed: 20 });
      const runIds = Array.from({ length: executionCount }, (_, index) => `twenty-${index}`);
      const executions = await Promise.all(
        runIds.map((runId) => client.start(runId, { ...tiny, dataset, modelName })),
      );
      const ends = await Promise.all(executions.map((arn) => client.waitForEnd(arn, limitSeconds)));
      for (const { status, name, cause } of ends) assert.equal(status, 'SUCCEEDED', `${name}: ${cause}`);

      const records: RunRecord[] = [];
      for (const runId of runIds) records.push(await assertWholeRun(client, runId, tiny.epochs));
      assert.equal(new Set(records.map((record) => record.dataset.contentKey)).size, 1);
      await assertPreparedOnce(client, records[0]!);
      await assertNoLostUpdate(client, records);

      // The same configuration, seed and dataset give the same model.
      const weights = new Set<string>();
      for (const runId of runIds) {
        const training = await getJson(client.store, objectKeys.training(runId), trainingRecordSchema);
        weights.add(training.weightsSha256);
      }
      assert.equal(weights.size, 1, `${weights.size} different models`);
    },
  },
];

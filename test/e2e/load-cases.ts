import assert from 'node:assert/strict';
import { datasetManifestSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { rowsPerShard } from '../../lib/dataset/shards';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { getJson } from '../../lib/store/json-objects';
import { encodeIdx } from '../support/tiny-dataset';
import { assertSmallStates, type Case } from './cases';
import type { PipelineClient } from './pipeline-client';

const shardCount = 200;
const classes = 3;
/** One pixel for each image, so that shards with the full number of images are small. */
const imageShape = [1, 1] as const;
const settings = { classes, hidden: [4], epochs: 1, batchSize: 65_536, engine: 'wasm', compute: 'cpu' };
const limitSeconds = 300;

async function uploadManyShards(client: PipelineClient, name: string): Promise<string> {
  const rows = rowsPerShard(imageShape);
  const makeSplit = (count: number) => {
    const labels = Uint8Array.from({ length: count }, (_, row) => row % classes);
    return {
      images: encodeIdx(
        [count, ...imageShape],
        labels.map((label) => 100 * label),
      ),
      labels: encodeIdx([count], labels),
    };
  };
  const train = makeSplit((shardCount - 1) * rows);
  const test = makeSplit(rows);
  const upload = (file: string, body: Uint8Array) =>
    client.upload(`${objectKeys.uploads}${name}/${file}`, body);
  await upload(rawFileNames.trainImages, train.images);
  await upload(rawFileNames.trainLabels, train.labels);
  await upload(rawFileNames.testImages, test.images);
  await upload(rawFileNames.testLabels, test.labels);
  return `s3://${client.outputs.BucketName}/${objectKeys.uploads}${name}`;
}

export const loadCases: readonly Case[] = [
  {
    name: `${shardCount} shards run through the Distributed Map, and the state stays small`,
    run: async ({ client }) => {
      const dataset = await uploadManyShards(client, 'many-shards');
      const executionArn = await client.start('many-shards', { ...settings, dataset });
      const { status, cause } = await client.waitForEnd(executionArn, limitSeconds);
      assert.equal(status, 'SUCCEEDED', cause);
      await assertSmallStates(client, executionArn);
      const record = await getJson(client.store, objectKeys.runRecord('many-shards'), runRecordSchema);
      const { name, contentKey } = record.dataset;
      const manifest = await getJson(
        client.store,
        objectKeys.manifest(name, contentKey),
        datasetManifestSchema,
      );
      assert.equal(manifest.train.shards.length + manifest.test.shards.length, shardCount);
      const seconds = record.phases.map((phase) => `${phase.name} ${phase.seconds.toFixed(1)} s`);
      console.log(`        ${shardCount} shards: ${seconds.join(', ')}`);
    },
  },
];

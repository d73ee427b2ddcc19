import assert from 'node:assert/strict';
import { trainingOutcomeSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { assertSmallStates, assertWholeRun, type Case, tiny, uploadTinyDataset } from './cases';

export const pausingCases: readonly Case[] = [
  {
    name: 'a training that pauses is continued by another execution, to the bytes of one that never paused',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'tiny');
      const settings = { ...tiny, dataset, modelName: 'pausing' };
      const runId = 'paused';
      const first = await client.run('paused-1', { ...settings, runId, pauseAfterEpoch: 1 });
      assert.equal(first.status, 'SUCCEEDED', first.cause);
      assert.equal((await assertSmallStates(client, first.executionArn!)).at(-1), 'The training is paused');
      const outcome = await getJson(client.store, objectKeys.trainingOutcome(runId), trainingOutcomeSchema);
      assert.equal(outcome.status, 'paused');
      const { epochs } = await getJson(client.store, objectKeys.history(runId), historySchema);
      assert.equal(epochs.length, 1);
      assert.equal(await client.store.head(objectKeys.runRecord(runId)), undefined);

      const second = await client.run('paused-2', { ...settings, runId });
      assert.equal(second.status, 'SUCCEEDED', second.cause);
      await assertWholeRun(client, runId, tiny.epochs);
      const whole = await client.run('never-paused', settings);
      assert.equal(whole.status, 'SUCCEEDED', whole.cause);
      const weightsOf = async (id: string) =>
        (await getJson(client.store, objectKeys.training(id), trainingRecordSchema)).weightsSha256;
      assert.equal(await weightsOf(runId), await weightsOf('never-paused'));
    },
  },
];

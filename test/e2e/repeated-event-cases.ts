import assert from 'node:assert/strict';
import { datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { sha256Hex } from '../../lib/store/sha256';
import { askService, rest } from './account-requests';
import { type Case, tiny, uploadTinyDataset } from './cases';
import { readPhysicalIds } from './deployed-roles';
import type { PipelineClient } from './pipeline-client';

type Step = 'plan' | 'shard' | 'commit' | 'evaluate' | 'register';

async function deliver(step: Step, runId: string, input: unknown) {
  const names = Object.entries(await readPhysicalIds());
  const name = names.find(([logicalId]) => logicalId.startsWith(`Functions${step}Function`))![1];
  const path = `/2015-03-31/functions/${name}/invocations`;
  const answer: unknown = JSON.parse(await askService('lambda', rest(path, { runId, input })));
  return answer as { errorType?: string; errorMessage?: string } & Record<string, unknown>;
}

const withoutSeconds = (answer: object) => ({ ...answer, seconds: undefined });

/** SHA-256 of every file of the run and its dataset, and of the pointer. */
async function readState({ store }: PipelineClient, runId: string, dataset: string) {
  const state: Record<string, string> = {};
  for (const prefix of [objectKeys.run(runId), `datasets/${dataset}/`, 'models/']) {
    for await (const { key } of store.list(prefix)) state[key] = sha256Hex(await store.get(key));
  }
  return state;
}

export const repeatedEventCases: readonly Case[] = [
  {
    name: 'a finished run: the event of each step is delivered again, and changes nothing',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'again', { seed: 30 });
      const settings = { ...tiny, dataset, modelName: 'again' };
      const { status, cause } = await client.run('again', settings);
      assert.equal(status, 'SUCCEEDED', cause);
      const { dataset: prepared } = await getJson(
        client.store,
        objectKeys.runRecord('again'),
        runRecordSchema,
      );
      const pointer = { dataset: prepared.name, contentKey: prepared.contentKey };
      const before = await readState(client, 'again', prepared.name);
      const plan = await getJson(
        client.store,
        objectKeys.plan(prepared.name, prepared.contentKey),
        datasetPlanSchema,
      );

      const { errorType, errorMessage } = await deliver('plan', 'again', settings);
      assert.equal(errorType, 'RunExists', errorMessage);
      const inputs: readonly [Step, unknown][] = [
        ...plan.parts.map((part) => ['shard', part] as [Step, unknown]),
        ['commit', pointer],
        ['evaluate', { runId: 'again', ...pointer, phases: [] }],
        ['register', { runId: 'again' }],
      ];
      for (const [step, input] of inputs) {
        const answer = await deliver(step, 'again', input);
        assert.equal(answer.errorType, undefined, `${step}: ${answer.errorMessage}`);
      }
      assert.deepEqual(await readState(client, 'again', prepared.name), before);
    },
  },
  {
    name: 'an unfinished run: the event of its plan is delivered again, and the run continues',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'again', { seed: 30 });
      const settings = { ...tiny, dataset, modelName: 'unfinished' };
      const first = await deliver('plan', 'unfinished', settings);
      assert.equal(first.errorType, undefined, first.errorMessage);
      const again = await deliver('plan', 'unfinished', settings);
      // Only the seconds differ.
      assert.deepEqual(withoutSeconds(again), withoutSeconds(first));
      const { errorType } = await deliver('plan', 'unfinished', { ...settings, epochs: 3 });
      assert.equal(errorType, 'RunExists');
    },
  },
];

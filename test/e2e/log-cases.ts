import assert from 'node:assert/strict';
import { z } from 'zod';
import { datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseJson } from '../../lib/contracts/parse';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { askService, target } from './account-requests';
import { type Case, tiny, uploadTinyDataset } from './cases';
import { readPhysicalIds } from './deployed-roles';

const steps = ['plan', 'shard', 'commit', 'evaluate', 'register'] as const;

const eventsSchema = z.object({
  events: z.array(z.object({ message: z.string() })),
  nextToken: z.string().optional(),
});
/** A line of the log, or a metric in the embedded format. */
const lineSchema = z.object({ runId: z.string(), _aws: z.unknown().optional() });

/**
 * The log of a function about a run or a sweep: all lines, and the lines that are metrics.
 *
 * @param logicalId - how that of the log group begins.
 */
export async function readLines(logicalId: string, runId: string) {
  const names = Object.entries(await readPhysicalIds());
  const [, logGroupName] = names.find(([each]) => each.startsWith(logicalId))!;
  const lines: z.infer<typeof lineSchema>[] = [];
  let nextToken: string | undefined;
  do {
    const request = target(
      'Logs_20140328.FilterLogEvents',
      '1.1',
      JSON.stringify({ logGroupName, nextToken }),
    );
    const page = eventsSchema.parse(JSON.parse(await askService('logs', request)));
    // Lambda's own lines, and lines that are not JSON, belong to no run.
    for (const { message } of page.events) {
      const line = lineSchema.safeParse(parseJson(message.trim()));
      if (line.success && line.data.runId === runId) lines.push(line.data);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const metrics = lines.filter(({ _aws }) => _aws !== undefined);
  return { lineCount: lines.length - metrics.length, metricCount: metrics.length };
}

export const logCases: readonly Case[] = [
  {
    name: 'every function writes the run id into its log and its metrics, also for each shard',
    run: async ({ client }) => {
      const dataset = await uploadTinyDataset(client, 'logged', { seed: 50 });
      const { status, cause } = await client.run('logged', { ...tiny, dataset, modelName: 'logged' });
      assert.equal(status, 'SUCCEEDED', cause);
      const { store } = client;
      const record = await getJson(store, objectKeys.runRecord('logged'), runRecordSchema);
      const planKey = objectKeys.plan(record.dataset.name, record.dataset.contentKey);
      const { parts } = await getJson(store, planKey, datasetPlanSchema);
      for (const step of steps) {
        const { lineCount, metricCount } = await readLines(`Functions${step}Logs`, 'logged');
        assert.equal(metricCount, step === 'shard' ? parts.length : 1, `metrics of ${step}`);
        if (step !== 'plan') assert.ok(lineCount >= metricCount, `${step} wrote ${lineCount} lines`);
      }
    },
  },
];

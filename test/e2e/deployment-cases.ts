import assert from 'node:assert/strict';
import { z } from 'zod';
import { askService, rest } from './account-requests';
import { assertWholeRun, type Case, type CaseContext, tiny, uploadTinyDataset } from './cases';
import { deploy } from './deployment';
import { exitCodesOf, findJobs } from './pipeline-client';
import { runProgram } from './program';
import { waitForAttempt } from './training-process';

/** Another time limit changes the job definition, and another price the plan function. */
const changes = { trainingTimeoutMinutes: '60', gpuHourUsd: '2' };

const definitionsSchema = z.object({
  jobDefinitions: z.array(z.object({ jobDefinitionArn: z.string(), status: z.string() })),
});

/** The revisions of the CPU's job definition that take jobs, such as `MnistPipeline-cpu:2`. */
async function findActiveRevisions(): Promise<string[]> {
  const request = rest('/v1/describejobdefinitions', { status: 'ACTIVE' });
  const { jobDefinitions } = definitionsSchema.parse(JSON.parse(await askService('batch', request)));
  const names = jobDefinitions.map(({ jobDefinitionArn }) => jobDefinitionArn.split('/')[1]!);
  return names.filter((name) => name.includes('-cpu:'));
}

async function failInTraining(context: CaseContext, runId: string, dataset: string): Promise<void> {
  const executionArn = await context.client.start(runId, { ...tiny, dataset });
  for (const attempt of [1, 2, 3]) process.kill(await waitForAttempt(context, runId, attempt), 'SIGKILL');
  assert.equal((await context.client.waitForEnd(executionArn)).status, 'FAILED');
}

/** In this order: the second redrives the run that failed in the first. */
export const deploymentCases: readonly Case[] = [
  {
    name: 'a run that is preprocessing while a changed stack is deployed continues, and finishes',
    run: async (context) => {
      const { client, emulator, folder } = context;
      await failInTraining(context, 'failed-before', await uploadTinyDataset(client, 'tiny'));
      const [before] = await findActiveRevisions();

      const dataset = await uploadTinyDataset(client, 'deployed-meanwhile', { seed: 40 });
      const release = await emulator.hold('deployed-meanwhile', 'Make the shards');
      const executionArn = await client.start('deployed-meanwhile', { ...tiny, dataset });
      await deploy(folder, changes);
      const [after, ...others] = await findActiveRevisions();
      assert.deepEqual(others, []);
      assert.notEqual(after, before);
      assert.equal((await client.statesEntered(executionArn)).at(-1)?.name, 'Make the shards');
      await release();

      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
      await assertWholeRun(client, 'deployed-meanwhile', tiny.epochs);
      const [job] = await findJobs('deployed-meanwhile');
      assert.ok(job!.jobDefinition.endsWith(after!), `${job!.jobDefinition} is not ${after}`);
    },
  },
  {
    name: 'a run that failed before that deployment is redriven after it, and finishes',
    run: async (context) => {
      const { client } = context;
      const { code, output } = await runProgram(context, ['redrive', 'failed-before']);
      assert.equal(code, 0, output);
      await assertWholeRun(client, 'failed-before', tiny.epochs);
      const jobs = await findJobs('failed-before');
      assert.deepEqual(jobs.map(exitCodesOf), [[137, 137, 137], [0]]);
      const [active] = await findActiveRevisions();
      assert.ok(jobs[1]!.jobDefinition.endsWith(active!), `${jobs[1]!.jobDefinition} is not ${active}`);
    },
  },
];

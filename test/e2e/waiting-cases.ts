import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { assertSmallStates, type Case, type CaseContext, tiny, uploadTinyDataset } from './cases';
import { readPhysicalIds } from './deployed-roles';
import { type BatchJob, findJobs } from './pipeline-client';

/** The emulator waits a fifth of this: SFN_WAIT_SCALE. */
const capacityTimeoutSeconds = 5;
const quotaSentence = 'No machine was started; first check the quota "G and VT instances"';

/** Waits until a job of the run is in its queue, without a machine. */
async function waitUntilRunnable(runId: string, index: number): Promise<BatchJob> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await pause(50)) {
    const job = (await findJobs(runId))[index];
    if (job?.status === 'RUNNABLE') return job;
  }
  throw new Error(`${runId} has no job ${index} that waits`);
}

/** Starts the queue watch, as EventBridge does for each waiting job. test/cdk/waiting.test.ts checks the rules. */
async function watch({ client }: CaseContext, { jobId }: BatchJob, queue: string) {
  const ids = await readPhysicalIds();
  const find = (pattern: RegExp) => Object.entries(ids).find(([logicalId]) => pattern.test(logicalId))![1];
  const { executionArn } = await new SFNClient({}).send(
    new StartExecutionCommand({
      stateMachineArn: find(/^QueueWatchStateMachine[0-9A-F]{8}$/),
      input: JSON.stringify({
        jobId,
        attempts: [],
        jobQueue: find(new RegExp(`^Compute${queue}Queue`)),
        capacityTimeoutSeconds,
        reason: quotaSentence,
      }),
    }),
  );
  return client.waitForEnd(executionArn!);
}

export const waitingCases: readonly Case[] = [
  {
    name: 'a job that gets no machine is terminated: on demand is next, and then the run names the quota',
    run: async (context) => {
      const { client, folder } = context;
      const runId = 'no-quota';
      const dataset = await uploadTinyDataset(client, 'tiny');
      const noMachine = join(folder, 'jobs', `no-machine-for-${runId}`);
      await writeFile(noMachine, '');
      const executionArn = await client.start(runId, { ...tiny, dataset, compute: 'gpu' });
      for (const [index, queue] of ['GpuSpot', 'GpuOnDemand'].entries()) {
        const job = await waitUntilRunnable(runId, index);
        assert.equal((await watch(context, job, queue)).status, 'SUCCEEDED');
      }
      const { status, error, cause } = await client.waitForEnd(executionArn);
      assert.deepEqual([status, error], ['FAILED', 'States.TaskFailed']);
      assert.match(cause ?? '', /the quota .*G and VT instances/);
      assert.equal((await assertSmallStates(client, executionArn)).at(-1), 'Train on a GPU on demand');
      await rm(noMachine);
    },
  },
  {
    name: 'the queue watch does not terminate a job that got its machine',
    run: async (context) => {
      const { client, folder } = context;
      const runId = 'machine-came';
      const dataset = await uploadTinyDataset(client, 'tiny');
      const noMachine = join(folder, 'jobs', `no-machine-for-${runId}`);
      await writeFile(noMachine, '');
      const executionArn = await client.start(runId, { ...tiny, dataset });
      const watched = watch(context, await waitUntilRunnable(runId, 0), 'Cpu');
      await rm(noMachine);
      assert.equal((await watched).status, 'SUCCEEDED');
      const { status, cause } = await client.waitForEnd(executionArn);
      assert.equal(status, 'SUCCEEDED', cause);
    },
  },
];

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Case, tiny, uploadTinyDataset } from './cases';
import { findAllJobs, findJobs } from './pipeline-client';
import { isAlive, waitForAttempt } from './training-process';

const longTraining = { epochs: 1000, batchSize: 1 };
const endTimeoutMilliseconds = 10_000;

/** The states in which a job runs: the number of the job in its run, and of lost attempts before it. */
const trainingStates = [
  { state: 'Train on Fargate', compute: 'cpu', job: 0, lostAttempts: 0 },
  { state: 'Train on a spot GPU', compute: 'gpu', job: 0, lostAttempts: 0 },
  { state: 'Train on a GPU on demand', compute: 'gpu', job: 1, lostAttempts: 3 },
] as const;

/** Aborts in each state that runs a job, which the workflow must stop. */
export const stoppingCases: readonly Case[] = trainingStates.map(({ state, compute, job, lostAttempts }) => ({
  name: `aborting in "${state}" ends its job and its process`,
  run: async (context) => {
    const { client } = context;
    const runId = `abort-${compute}-${job}`;
    const dataset = await uploadTinyDataset(client, 'tiny');
    const executionArn = await client.start(runId, { ...tiny, ...longTraining, dataset, compute });
    for (let attempt = 1; attempt <= lostAttempts; attempt += 1)
      process.kill(await waitForAttempt(context, runId, attempt), 'SIGKILL');
    const pid = await waitForAttempt(context, runId, 1, job);
    // Held, so that it does not end before the abort.
    process.kill(pid, 'SIGSTOP');
    await client.abort(executionArn);
    const [held] = (await client.statesEntered(executionArn)).slice(-1);
    assert.equal(held!.name, state);
    process.kill(pid, 'SIGCONT');
    for (const giveUpAt = Date.now() + endTimeoutMilliseconds; Date.now() < giveUpAt; await pause(50)) {
      const hasEnded = (await findJobs(runId))[job]?.status === 'FAILED';
      if (hasEnded && !isAlive(pid)) break;
    }
    assert.ok(!isAlive(pid), 'The process still runs 10 s after the abort');
    assert.equal((await findJobs(runId))[job]?.status, 'FAILED');
    assert.equal((await findJobs(runId)).length, job + 1, 'Another job was submitted after the abort');
    assert.equal((await client.describe(executionArn)).status, 'ABORTED');
  },
}));

/** After all other cases, which failed, were aborted, timed out or succeeded in each state. */
export const stoppingClosingCases: readonly Case[] = [
  {
    name: 'no job and no process is left running, for every end of an execution',
    run: async ({ emulator }) => {
      const jobs = await findAllJobs();
      assert.ok(jobs.length > 0, 'There was no job');
      const unfinished = jobs.filter(({ status }) => status !== 'SUCCEEDED' && status !== 'FAILED');
      assert.deepEqual(unfinished, []);
      for (const { jobId, jobName, attempts = [] } of jobs) {
        for (const index of attempts.keys()) {
          const pid = await emulator.attemptPid(jobId, index + 1);
          assert.ok(pid !== undefined && !isAlive(pid), `${jobName}, attempt ${index + 1}, still runs`);
        }
      }
    },
  },
];

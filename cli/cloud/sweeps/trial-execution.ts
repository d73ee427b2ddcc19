import type { Execution } from '../../../lib/cloud/executions';
import { absentAsUndefined } from '../../../lib/contracts/errors';
import { type Sweep, sweepIdSchema } from '../../../lib/contracts/sweep';
import { nameCharacters } from '../../../lib/contracts/sweep-steps';
import { readSweep } from '../../../lib/pipeline/sweep/read-sweep';
import type { DeployedPipeline } from '../open-deployed-pipeline';

/** Of a sweep's run, a trial or the winner. */
export interface TrialExecution {
  readonly sweepId: string;
  readonly execution: Execution;
}

/**
 * The latest execution of a run that belongs to a sweep. Step Functions cannot be asked for it by the run id, because the
 * sweep makes its name; so all executions since the start of the sweep are listed, the latest first.
 *
 * @returns `undefined` for a run that belongs to none, or has no execution.
 */
export async function findTrialExecution(
  runId: string,
  { store, executions }: DeployedPipeline,
): Promise<TrialExecution | undefined> {
  for (const { sweepId, job } of readAsTrial(runId)) {
    const sweep = await readSweep(store, sweepId);
    if (sweep === undefined) continue;
    const execution = await findByName(runId, job, sweep, executions);
    if (execution !== undefined) return { sweepId, execution };
  }
  return undefined;
}

async function findByName(
  runId: string,
  job: string,
  sweep: Sweep,
  executions: DeployedPipeline['executions'],
): Promise<Execution | undefined> {
  const expected = nameOfTraining(sweep.sweepId, job);
  const earliest = Date.parse(sweep.createdAt) - clockMilliseconds;
  for await (const { name, startedAt } of executions.list()) {
    if (startedAt !== undefined && startedAt.getTime() < earliest) break;
    if (!expected.test(name)) continue;
    const execution = await absentAsUndefined(executions.describe(name));
    // Runs of sweeps whose ids are long share the beginnings of their names.
    if (execution?.id === runId) return execution;
  }
  return undefined;
}

/**
 * @returns the run of a sweep that is in training; `undefined` if none is. One request for 1,000 running executions of
 *   the stack, and one for each of this sweep that has just ended.
 */
export async function findRunningTraining(
  sweepId: string,
  executions: DeployedPipeline['executions'],
): Promise<string | undefined> {
  const expected = nameOfTraining(sweepId, 'winner|\\d+');
  for await (const { name } of executions.list('RUNNING')) {
    if (!expected.test(name)) continue;
    // The list may be some seconds old.
    const execution = await absentAsUndefined(executions.describe(name));
    const isOwn = execution && readAsTrial(execution.id).some((trial) => trial.sweepId === sweepId);
    if (isOwn && execution.status === 'RUNNING') return execution.id;
  }
  return undefined;
}

/** As lib/pipeline/sweep/round-jobs.ts begins it. A sweep id has no character that means anything in a pattern. */
const nameOfTraining = (sweepId: string, job: string) =>
  new RegExp(`^${sweepId.slice(0, nameCharacters)}-(?:${job})-${uniquePart}$`);

/** By which the clock of the machine that made the sweep may be ahead. */
const clockMilliseconds = 24 * 3600 * 1000;
/** What cdk/constructs/sweep-workflow.ts appends: the beginning of a UUID, and the number of the sweep's redrives. */
const uniquePart = '[^-]{8}-\\d+';

/** What a run id would mean as one of a sweep; a sweep id may look like the id of a trial, too. */
function readAsTrial(runId: string): { sweepId: string; job: string }[] {
  const winner = /^(.+)-winner(?:-\d+)?$/.exec(runId)?.[1];
  const [, ofTrial, trial] = /^(.+)-(\d+)$/.exec(runId) ?? [];
  return [
    ...(winner === undefined ? [] : [{ sweepId: winner, job: 'winner' }]),
    ...(ofTrial === undefined ? [] : [{ sweepId: ofTrial, job: trial! }]),
  ].filter(({ sweepId }) => sweepIdSchema.safeParse(sweepId).success);
}

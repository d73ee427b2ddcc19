import type { Execution } from '../../../lib/cloud/executions';
import type { Sweep } from '../../../lib/contracts/sweep';
import { readResults, readSweepState } from '../../../lib/pipeline/sweep/read-sweep';
import { writeSweepPage } from '../../../lib/pipeline/sweep/write-sweep-page';
import type { SweepState } from '../../../lib/sweep/sweep-state';
import { describeSweep } from '../../commands/describe-sweep';
import { readShownSweep } from '../../commands/show-sweep';
import type { Terminal } from '../../terminal';
import type { DeployedPipeline } from '../open-deployed-pipeline';
import { describeExecution } from '../show';
import { findSweepExecutions } from './sweep-executions';
import { asSweepFailure } from './sweep-failure';
import { markRunning } from './sweep-watch';

interface ShowRequest {
  /** @default the newest */
  readonly sweepId: string | undefined;
  readonly isJson: boolean;
}

/** Shows a sweep; one that is not over with its latest execution, and with its page as it would be now. */
export async function showSweepInCloud(
  { sweepId, isJson }: ShowRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { store, stack } = cloud;
  const sweep = await readShownSweep(store, sweepId);
  const stored = await readSweepState(store, sweep);
  const isOver = (await readResults(store, sweep)) !== undefined;
  const execution = isOver ? undefined : await findLatest(sweep, cloud);
  const state: SweepState =
    execution?.status === 'RUNNING'
      ? { ...stored, trials: stored.trials.map((trial) => markRunning(trial, sweep)) }
      : stored;
  if (isJson) terminal.print(JSON.stringify({ ...state, ...(execution && { execution }) }, null, 2));
  else {
    terminal.print(describeSweep(store, state, terminal));
    if (execution !== undefined) terminal.print(`\n${describeExecution(execution, stack, asSweepFailure)}`);
  }
  // The page of a sweep that is over is there.
  if (!isOver) await writeSweepPage(store, state);
}

async function findLatest({ sweepId }: Sweep, cloud: DeployedPipeline): Promise<Execution | undefined> {
  return cloud.sweeps && (await findSweepExecutions(sweepId, cloud)).latest;
}

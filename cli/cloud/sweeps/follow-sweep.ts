import type { Execution } from '../../../lib/cloud/executions';
import { TransientError } from '../../../lib/contracts/errors';
import type { Sweep } from '../../../lib/contracts/sweep';
import type { PipelineEvent } from '../../../lib/pipeline/step-context';
import type { Trial } from '../../../lib/sweep/sweep-state';
import { observeSweep } from '../../commands/sweep-progress';
import { formatTrial } from '../../display/sweep-table';
import type { Terminal } from '../../terminal';
import { commandFor, type DeployedPipeline } from '../open-deployed-pipeline';
import { pollToEnd } from '../poll-execution';
import { requireSweeps } from './sweep-executions';
import { SweepWatch } from './sweep-watch';

export interface FollowSweepRequest {
  readonly sweep: Sweep;
  /** Of the execution. */
  readonly name: string;
  /** Of the execution, when it is followed; see `pollToEnd`. @default 0 */
  readonly redriveCount?: number;
  /** Called after each poll that succeeded. */
  readonly onPoll?: () => Promise<void>;
  /** @default 5,000 */
  readonly pollMilliseconds?: number;
}

/** This covers a network outage of one minute. */
const maxFailedPolls = 12;

export interface FollowedSweep {
  readonly execution: Execution;
  /** Has read everything when the execution had ended. */
  readonly watch: SweepWatch;
}

/**
 * Shows a sweep in AWS until its execution ends, from what is in the bucket: a line for each trial that reaches a rung or
 * ends meanwhile, and below them what runs. Ctrl-C stops following only, not the sweep.
 *
 * @throws TransientError Interrupted, with the commands that follow the sweep again and that stop it.
 */
export async function followSweep(
  request: FollowSweepRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<FollowedSweep> {
  const { sweep, name, redriveCount = 0, pollMilliseconds = 5_000 } = request;
  const { sweepId } = sweep;
  const sweeps = requireSweeps(cloud);
  const watch = new SweepWatch(cloud.store, sweep);
  const { onChange, onEvent } = observeSweep(terminal);
  const poll = async (): Promise<Execution> => {
    // Read before the trials, so that all are there when the end is seen.
    const execution = await sweeps.describe(name);
    const isFirst = watch.state.trials.length === 0;
    const changed = await (execution.status === 'RUNNING' ? watch.poll() : watch.readAll());
    for (const trial of changed) {
      if (trial.status === 'running') onEvent(asProgress(trial), trial.trial);
      // What was there before is in the table at the end.
      else if (!isFirst && trial.status !== 'waiting')
        terminal.report({ type: 'trial-progressed', text: formatTrial(trial, sweep) });
    }
    await onChange(watch.state);
    await request.onPoll?.();
    return execution;
  };
  const execution = await pollToEnd(
    {
      ...{ poll, redriveCount, pollMilliseconds, maxFailedPolls },
      followCommand: commandFor(cloud.stack, 'follow', sweepId),
      describeStop: () => stoppedFollowing(sweepId, cloud),
    },
    terminal,
  );
  terminal.report({ type: 'sweep-progress', lines: [] });
  return { execution, watch };
}

/** The bucket has whole epochs only. */
const asProgress = ({ epochs, config }: Trial): PipelineEvent => ({
  type: 'training-progress',
  epoch: epochs.length,
  epochs: config.epochs,
  batch: 1,
  batchesPerEpoch: 1,
});

function stoppedFollowing(sweepId: string, { stack }: DeployedPipeline): TransientError {
  return new TransientError(
    'Interrupted',
    `Stopped following; the sweep "${sweepId}" continues on AWS. To follow it again: ${commandFor(stack, 'follow', sweepId)}. To stop it and its trials: ${commandFor(stack, 'stop', sweepId)}.`,
    { evidence: { sweepId } },
  );
}

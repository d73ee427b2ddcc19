import { PermanentError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';

export interface CloudTrainFlags {
  readonly cloud?: boolean;
  readonly stack?: string;
  readonly compute?: string;
  readonly detach?: boolean;
  readonly runId?: string;
  readonly json?: boolean;
}

/** @param settings - the given ones, by their names in the configuration. */
export async function trainInCloudFromFlags(
  runId: string | undefined,
  settings: Readonly<Record<string, unknown>>,
  { compute, detach = false, json = false, stack }: CloudTrainFlags,
  terminal: Terminal,
): Promise<void> {
  const input = compute === undefined ? settings : { ...settings, compute };
  const { trainInCloud } = await import('./train-in-cloud');
  const { openDeployedPipeline } = await import('./open-deployed-pipeline');
  const cloud = await openDeployedPipeline(stack);
  await trainInCloud({ input, runId, isDetached: detach, isJson: json }, cloud, terminal);
}

/** An option for AWS must not be ignored in a local run. */
export function refuseCloudFlags({ stack, compute, detach }: CloudTrainFlags): void {
  const given = { '--stack': stack, '--compute': compute, '--detach': detach || undefined };
  const stray = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (stray === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `${stray} is for a run on AWS, and this run is local. Add --cloud, or leave ${stray} out.`,
  );
}

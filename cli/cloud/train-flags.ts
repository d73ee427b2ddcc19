import { PermanentError } from '../../lib/contracts/errors';
import { openStartingPoint } from '../open-starting-point';
import type { Terminal } from '../terminal';

/** Where and how something runs on AWS. */
export interface CloudFlags {
  readonly cloud?: boolean;
  readonly stack?: string;
  readonly compute?: string;
  readonly detach?: boolean;
}

export interface CloudTrainFlags extends CloudFlags {
  readonly runId?: string;
  readonly json?: boolean;
  /** The weights to start from. */
  readonly from?: string;
}

/** @param settings - the given ones, by their names in the configuration. */
export async function trainInCloudFromFlags(
  runId: string | undefined,
  settings: Readonly<Record<string, unknown>>,
  { compute, detach = false, json = false, stack, from }: CloudTrainFlags,
  terminal: Terminal,
): Promise<void> {
  const { trainInCloud } = await import('./train-in-cloud');
  const { openDeployedPipeline } = await import('./open-deployed-pipeline');
  const cloud = await openDeployedPipeline(stack);
  const { objects, settings: ofModel } = await openStartingPoint(from, settings, cloud.store, terminal);
  const input = { ...settings, ...ofModel, ...(compute !== undefined && { compute }) };
  await trainInCloud({ input, objects, runId, isDetached: detach, isJson: json }, cloud, terminal);
}

/** An option for AWS must not be ignored in a local run. */
export function refuseCloudFlags(
  { stack, compute, detach }: CloudFlags,
  noun: 'run' | 'sweep' = 'run',
): void {
  const given = { '--stack': stack, '--compute': compute, '--detach': detach || undefined };
  const stray = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (stray === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `${stray} is for a ${noun} on AWS, and this ${noun} is local. Add --cloud, or leave ${stray} out.`,
  );
}

import { PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type RunConfig, runIdSchema } from '../../lib/contracts/run-config';
import { differingSettings } from '../../lib/pipeline/differing-settings';
import { readRun } from '../../lib/pipeline/list-runs';
import type { ObjectStore } from '../../lib/store/object-store';
import { openStore } from '../../lib/store/open-store';
import { chooseOptionalArgument } from '../choose-argument';
import { type CloudTrainFlags, refuseCloudFlags, trainInCloudFromFlags } from '../cloud/train-flags';
import { commandLine } from '../command-text';
import { flagOf } from '../flag-values';
import { openStartingPoint } from '../open-starting-point';
import { assertNoSweep, hasRun, hasSweep, isAlias, resolveRunId } from '../run-ids';
import { completeConfig, type GivenSettings, readGivenSettings } from '../settings';
import type { Terminal } from '../terminal';

export interface TrainFlags extends CloudTrainFlags {
  readonly store: string;
  readonly config?: string;
}

/** Collects the settings of a run from the flags, the config file and an unfinished run, and trains here or on AWS. */
export async function trainFromFlags(
  argument: string | undefined,
  settings: GivenSettings,
  flags: TrainFlags,
  terminal: Terminal,
): Promise<void> {
  const name = chooseOptionalArgument({ argument, flag: flags.runId, flagName: '--run-id' });
  const given = await readGivenSettings(settings, flags.config);
  if (flags.cloud) return trainInCloudFromFlags(name, given, flags, terminal);
  refuseCloudFlags(flags);
  const store = await openStore(flags.store);
  const { objects, settings: ofModel } = await openStartingPoint(flags.from, given, store, terminal);
  const planned = await planRun(store, name, { ...given, ...ofModel });
  const { resumeFrom } = planned.config;
  if (resumeFrom !== undefined) await assertNoSweep(store, resumeFrom);
  const { trainCommand } = await import('./train');
  await trainCommand({ store, ...planned, objects, isJson: flags.json ?? false }, terminal);
}

interface PlannedRun {
  /** `undefined` for a new run that gets a name from the time. */
  readonly runId: string | undefined;
  readonly config: RunConfig;
}

/** A new run has the given settings and the defaults; an unfinished one keeps its stored configuration. */
async function planRun(
  store: ObjectStore,
  name: string | undefined,
  given: GivenSettings,
): Promise<PlannedRun> {
  if (name === undefined) return { runId: undefined, config: completeConfig(given) };
  const runId = await chooseRunId(store, name);
  const run = await readRun(store, runId);
  if (run === undefined || run.status === 'damaged') return { runId, config: completeConfig(given) };
  const stored = run.status === 'unfinished' ? run.stored.config : run.record.config;
  const config = completeConfig(given, stored);
  if (run.status === 'unfinished') refuseOtherSettings(store, runId, stored, config);
  return { runId, config };
}

async function chooseRunId(store: ObjectStore, name: string): Promise<string> {
  const runId = parseOrThrow(runIdSchema, name, 'The run id');
  if (isAlias(runId)) return resolveRunId(store, runId);
  if ((await hasSweep(store, runId)) && !(await hasRun(store, runId))) throw isSweep(store, runId);
  return runId;
}

/** Who wants to resume a sweep would train the default configuration. */
const isSweep = (store: ObjectStore, sweepId: string) =>
  new PermanentError(
    'RunExists',
    `"${sweepId}" in ${store.location} is a sweep. To continue it: ${commandLine(store, 'sweep', '--sweep-id', sweepId)}. For a run, choose another id.`,
    { evidence: { sweepId } },
  );

function refuseOtherSettings(store: ObjectStore, runId: string, stored: RunConfig, asked: RunConfig): void {
  const differences = differingSettings(asked, stored).map(
    (name) => `${flagOf([name])} is ${show(stored[name])} in the run, and ${show(asked[name])} was given`,
  );
  if (differences.length === 0) return;
  throw new PermanentError(
    'RunExists',
    `The run "${runId}" is not finished, and a resumed run keeps its settings: ${differences.join('; ')}. To resume it: ${commandLine(store, 'train', runId)}. For other settings, choose another run id.`,
    { evidence: { runId } },
  );
}

const show = (value: RunConfig[keyof RunConfig]) => JSON.stringify(value) ?? 'not set';

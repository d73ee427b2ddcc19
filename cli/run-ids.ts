import { didYouMean } from '../lib/contracts/did-you-mean';
import { PermanentError } from '../lib/contracts/errors';
import { objectKeys } from '../lib/contracts/object-keys';
import { parseOrThrow } from '../lib/contracts/parse';
import type { RunRecord } from '../lib/contracts/results';
import { runIdSchema } from '../lib/contracts/run-config';
import { sweepOfTrial, sweepResultsSchema } from '../lib/contracts/sweep';
import { listRunIds, listRuns, type RunListing } from '../lib/pipeline/list-runs';
import { getJsonIfPresent } from '../lib/store/json-objects';
import { isRemote } from '../lib/store/locate';
import type { ObjectStore } from '../lib/store/object-store';
import { commandLine } from './command-text';

/** `latest` is the run that was started last, `best` the one with the highest test accuracy. */
const aliases = ['latest', 'best'] as const;
type Alias = (typeof aliases)[number];

/** Which runs `latest` means: only finished ones have a model and a report. `best` always means finished ones. */
export type AliasScope = 'any' | 'finished';

/**
 * The run that a user names: by its id, by `latest` or `best`, or by the beginning of its id if no other run has it.
 *
 * @throws PermanentError InvalidInput for a text that cannot be a run id, an ambiguous one, or the id of a sweep;
 *   ArtifactNotFound if the store has no such run.
 */
export async function resolveRunId(
  store: ObjectStore,
  text: string,
  scope: AliasScope = 'any',
): Promise<string> {
  const given = parseOrThrow(runIdSchema, text, 'The run id');
  if (await hasRun(store, given)) return given;
  if (isAlias(given)) return resolveAlias(store, given, scope);
  const runIds = await listRunIds(store);
  if (await hasSweep(store, given)) throw await isSweep(store, given, runIds);
  const matches = runIds.filter((runId) => runId.startsWith(given)).sort();
  if (matches.length === 1) return matches[0]!;
  if (matches.length > 1) {
    const some = matches.slice(0, 5).join(', ');
    throw new PermanentError(
      'InvalidInput',
      `${matches.length} runs begin with ${JSON.stringify(given)}: ${some}${matches.length > 5 ? ', …' : ''}. Give more characters of the run id.`,
      { evidence: { runId: given, count: matches.length } },
    );
  }
  throw new PermanentError(
    'ArtifactNotFound',
    `There is no run ${JSON.stringify(given)} in ${store.location}.${didYouMean(given, runIds)} "${commandLine(store, 'runs')}" lists the runs.`,
    { evidence: { runId: given } },
  );
}

/** @throws PermanentError InvalidInput for the id of a sweep, with the runs that it has. */
export async function assertNoSweep(store: ObjectStore, runId: string): Promise<void> {
  if ((await hasRun(store, runId)) || !(await hasSweep(store, runId))) return;
  throw await isSweep(store, runId, await listRunIds(store));
}

/** The runs of a sweep begin with its id, but none of them is meant. */
async function isSweep(
  store: ObjectStore,
  sweepId: string,
  runIds: readonly string[],
): Promise<PermanentError> {
  const trials = trialsOf(sweepId, runIds);
  const [first, last] = [trials.at(0), trials.at(-1)];
  // The runs of earlier winners, of a sweep that was extended, are not its best trial.
  const results = await getJsonIfPresent(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  const runs = [
    ...(results?.winner ? [`${results.winner.winnerRunId} (its best trial, tested)`] : []),
    ...(first === undefined ? [] : [`${first === last ? first : `${first} to ${last}`} (its trials)`]),
  ];
  const whatItHas = runs.length === 0 ? 'It has no runs yet' : `Its runs are ${runs.join(', and ')}`;
  return new PermanentError(
    'InvalidInput',
    `${JSON.stringify(sweepId)} is a sweep, and a run is needed here. ${whatItHas}. "${commandLine(store, 'sweep', 'show', sweepId)}" shows the sweep.`,
    { evidence: { sweepId } },
  );
}

/** @throws PermanentError ArtifactNotFound for a run that is not finished, with the command that resumes it. */
export async function assertFinished(store: ObjectStore, runId: string): Promise<void> {
  if ((await store.head(objectKeys.runRecord(runId))) !== undefined) return;
  throw new PermanentError(
    'ArtifactNotFound',
    `The run "${runId}" in ${store.location} is not finished. ${howToResume(store, runId)}`,
    { evidence: { runId } },
  );
}

export function howToResume(store: ObjectStore, runId: string): string {
  return isRemote(store)
    ? `If it runs on AWS: mnist-pipeline follow ${runId}. If it failed there: mnist-pipeline redrive ${runId}`
    : `To resume it: ${commandLine(store, 'train', runId)}`;
}

export function isAlias(text: string): text is Alias {
  return aliases.some((alias) => alias === text);
}

export async function hasRun(store: ObjectStore, runId: string): Promise<boolean> {
  return (
    (await store.head(objectKeys.config(runId))) !== undefined ||
    (await store.head(objectKeys.runRecord(runId))) !== undefined
  );
}

export const hasSweep = async (store: ObjectStore, sweepId: string): Promise<boolean> =>
  (await store.head(objectKeys.sweep(sweepId))) !== undefined;

/** In the order of their numbers. Trials that ended at once, or were deleted, have no run. */
function trialsOf(sweepId: string, runIds: readonly string[]): string[] {
  const numberOf = (runId: string) => Number(runId.slice(sweepId.length + 1));
  return runIds
    .filter((runId) => sweepOfTrial(runId) === sweepId)
    .sort((left, right) => numberOf(left) - numberOf(right));
}

async function resolveAlias(store: ObjectStore, alias: Alias, scope: AliasScope): Promise<string> {
  const runs = await listRuns(store);
  const found = alias === 'best' ? findBestRun(runs) : findLatestRun(runs, scope);
  if (found !== undefined) return found.runId;
  const kind = alias === 'best' || scope === 'finished' ? 'finished run' : 'run';
  throw new PermanentError(
    'ArtifactNotFound',
    `There is no ${kind} in ${store.location}, so "${alias}" means none. Start one with "${commandLine(store, 'train')}".`,
    { evidence: { runId: alias } },
  );
}

type FinishedRun = Extract<RunListing, { record: unknown }>;

export const isFinished = (run: RunListing): run is FinishedRun => 'record' in run;

/** Whether a run was measured on the images that it held out, as the trials of a sweep are. */
export const isValidated = ({ config }: Pick<RunRecord, 'config'>) => config.evaluateOn === 'validation';

/** Of equal accuracies, the run that was started first. */
export function findBestRun(runs: readonly RunListing[]): FinishedRun | undefined {
  return (
    runs
      .filter(isFinished)
      // The accuracy of a trial is that of other images.
      .filter(({ record }) => !isValidated(record))
      .sort(
        (a, b) =>
          b.record.accuracy - a.record.accuracy || a.record.createdAt.localeCompare(b.record.createdAt),
      )[0]
  );
}

function findLatestRun(runs: readonly RunListing[], scope: AliasScope): RunListing | undefined {
  return runs
    .filter((run) => (scope === 'finished' ? isFinished(run) : run.status !== 'damaged'))
    .sort((a, b) => startOf(b).localeCompare(startOf(a)))[0];
}

/** When a run was started, as ISO 8601; empty for a damaged one, which does not tell. */
export function startOf(run: RunListing): string {
  if (run.status === 'damaged') return '';
  return run.status === 'unfinished' ? run.stored.createdAt : run.record.createdAt;
}

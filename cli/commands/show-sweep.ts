import { didYouMean } from '../../lib/contracts/did-you-mean';
import { PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type Sweep, sweepIdSchema } from '../../lib/contracts/sweep';
import { listSweepIds, readSweep, readSweepState } from '../../lib/pipeline/sweep/read-sweep';
import { writeSweepPage } from '../../lib/pipeline/sweep/write-sweep-page';
import type { ObjectStore } from '../../lib/store/object-store';
import { commandLine } from '../command-text';
import { hasRun } from '../run-ids';
import type { Terminal } from '../terminal';
import { describeSweep } from './describe-sweep';
import type { StoreRequest } from './store-request';

interface ShowSweepRequest extends StoreRequest {
  /** @default the newest */
  readonly sweepId: string | undefined;
}

/** Prints the table of a sweep, whole or in progress, and writes its page. */
export async function showSweepCommand(
  { store, isJson, sweepId }: ShowSweepRequest,
  terminal: Terminal,
): Promise<void> {
  const sweep = await readShownSweep(store, sweepId);
  const state = await readSweepState(store, sweep);
  terminal.print(isJson ? JSON.stringify(state, null, 2) : describeSweep(store, state, terminal));
  await writeSweepPage(store, state);
}

/** @param sweepId - as given. @default the newest */
export function readShownSweep(store: ObjectStore, sweepId: string | undefined): Promise<Sweep> {
  return sweepId === undefined ? readNewest(store) : readNamed(store, sweepId);
}

async function readNewest(store: ObjectStore): Promise<Sweep> {
  const sweeps: Sweep[] = [];
  for (const id of await listSweepIds(store)) sweeps.push((await readSweep(store, id))!);
  const newest = sweeps.sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  if (newest !== undefined) return newest;
  throw new PermanentError(
    'ArtifactNotFound',
    `There is no sweep in ${store.location}. "${commandLine(store, 'sweep', '--seeds', '5')}" starts one.`,
  );
}

async function readNamed(store: ObjectStore, given: string): Promise<Sweep> {
  const sweepId = parseOrThrow(sweepIdSchema, given, 'The sweep id');
  const sweep = await readSweep(store, sweepId);
  if (sweep !== undefined) return sweep;
  if (await hasRun(store, sweepId)) {
    throw new PermanentError(
      'ArtifactNotFound',
      `${JSON.stringify(sweepId)} in ${store.location} is a run. "${commandLine(store, 'show', sweepId)}" shows it.`,
      { evidence: { sweepId } },
    );
  }
  const others = await listSweepIds(store);
  throw new PermanentError(
    'ArtifactNotFound',
    `There is no sweep ${JSON.stringify(sweepId)} in ${store.location}.${didYouMean(sweepId, others)} ${others.length === 0 ? 'The store has none.' : `The sweeps are ${others.slice(-5).join(', ')}.`}`,
    { evidence: { sweepId } },
  );
}

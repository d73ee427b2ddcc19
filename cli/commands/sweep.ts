import { createError, PipelineError } from '../../lib/contracts/errors';
import type { SweepRequest } from '../../lib/pipeline/sweep/open-sweep';
import { readResults, readSweep } from '../../lib/pipeline/sweep/read-sweep';
import { sweepLocally } from '../../lib/pipeline/sweep/sweep-locally';
import type { ContentObject } from '../../lib/store/content-object';
import type { ObjectStore } from '../../lib/store/object-store';
import { commandLine } from '../command-text';
import type { Terminal } from '../terminal';
import { printSweepOutcome } from './sweep-outcome';
import { observeSweep } from './sweep-progress';

interface SweepCommandRequest {
  readonly store: ObjectStore;
  readonly request: SweepRequest;
  /** That the settings name; the store may not have them yet. */
  readonly objects: readonly ContentObject[];
  readonly isJson: boolean;
}

/** Runs a sweep on this machine and prints its table. */
export async function sweepCommand(
  { store, request, objects, isJson }: SweepCommandRequest,
  terminal: Terminal,
): Promise<void> {
  const { now, signal, report } = terminal;
  const context = { store, now, signal, notify: report };
  const { sweepId } = request;
  report({ type: 'note', message: `Sweep ${sweepId}` });
  const finished = await sweepLocally(request, context, observeSweep(terminal), objects).catch(
    async (error: unknown) => {
      throw await withContinueCommand(error, store, sweepId);
    },
  );
  const { state, results, gateFailure } = finished;
  report({ type: 'sweep-progress', lines: [] });
  printSweepOutcome({ store, state, results, gateFailure, isJson }, terminal);
}

/** A sweep that has its sweep.json can be continued until it is over; without it, nothing was stored. */
async function withContinueCommand(error: unknown, store: ObjectStore, sweepId: string): Promise<unknown> {
  if (!(error instanceof PipelineError) || error.name === 'RunExists') return error;
  const sweep = await readSweep(store, sweepId);
  if (sweep === undefined || (await readResults(store, sweep)) !== undefined) return error;
  const command = ['sweep', '--sweep-id', sweepId];
  const failed = error.evidence['failed'];
  const message =
    typeof failed === 'number'
      ? `${error.message}\nTo go on without ${failed === 1 ? 'it' : 'them'}: ${commandLine(store, ...command, '--max-failed', String(failed))}`
      : `${error.message}\nTo continue the sweep: ${commandLine(store, ...command)}`;
  return createError(error.name, message, { evidence: error.evidence, cause: error });
}

import { objectKeys } from '../../contracts/object-keys';
import type { Sweep } from '../../contracts/sweep';
import { type ContentObject, storeContent } from '../../store/content-object';
import type { ObjectStore } from '../../store/object-store';
import type { StepContext } from '../step-context';
import { type FinishedSweep, finishSweep } from './finish-sweep';
import { openSweep, type SweepRequest, takeBackSweep } from './open-sweep';
import { runSweep, type SweepObserver } from './run-sweep';
import { OwnTrainer, type Trainers } from './trainers';
import { haveOtherNeeds, TrialProcesses } from './trial-processes';
import { writeSweepPage } from './write-sweep-page';

/**
 * Runs a sweep on this machine, or goes on with one that was stopped.
 *
 * @param objects - that the settings name; the store may not have them yet.
 * @throws as `openSweep`, `runSweep` and `finishSweep` do. A sweep that is refused before its first run begins leaves
 *   nothing in a store that can remove objects.
 */
export async function sweepLocally(
  request: SweepRequest,
  context: StepContext,
  observer: SweepObserver,
  objects: readonly ContentObject[] = [],
): Promise<FinishedSweep> {
  const { store, now } = context;
  const { sweep, isNew, release } = await openSweep(store, request, now);
  let trainers: Trainers | undefined;
  try {
    trainers = openTrainers(sweep, context);
    await storeContent(store, objects);
    const trained = await runSweep(sweep, trainers, context, withPage(observer, context));
    return await finishSweep(trained, trainers, context);
  } catch (error) {
    if (isNew && !(await hasRuns(store, sweep))) await takeBackSweep(store, sweep.sweepId);
    throw error;
  } finally {
    await trainers?.close();
    await release();
  }
}

const openTrainers = (sweep: Sweep, context: StepContext): Trainers =>
  sweep.maxParallel === 1 && !haveOtherNeeds(sweep)
    ? new OwnTrainer(context)
    : new TrialProcesses(context.store, sweep.maxParallel);

/** Between two writes of the page while the sweep runs: that of some hundred trials has megabytes. */
const pageMilliseconds = 5000;

/** Writes the page after a trial has reached a rung. */
function withPage(observer: SweepObserver, { store, now }: StepContext): SweepObserver {
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    ...observer,
    onChange: async (state, ended) => {
      await observer.onChange(state, ended);
      if (ended === undefined || now().getTime() - writtenAt < pageMilliseconds) return;
      await writeSweepPage(store, state);
      writtenAt = now().getTime();
    },
  };
}

async function hasRuns(store: ObjectStore, { sweepId }: Sweep): Promise<boolean> {
  for await (const _ of store.list(`${objectKeys.runs}${sweepId}-`)) return true;
  return false;
}

import { version as pipelineVersion } from '../../../package.json';
import { objectKeys } from '../../contracts/object-keys';
import { renderSweepPage } from '../../report/sweep/sweep-page';
import type { ObjectStore } from '../../store/object-store';
import type { SweepState } from '../../sweep/sweep-state';

/** Writes sweep.html. */
export async function writeSweepPage(store: ObjectStore, state: SweepState): Promise<void> {
  const page = renderSweepPage(state, pipelineVersion);
  await store.put(objectKeys.sweepPage(state.sweep.sweepId), new TextEncoder().encode(page));
}

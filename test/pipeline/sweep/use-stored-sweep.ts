import { join } from 'node:path';
import type { Sweep } from '../../../lib/contracts/sweep';
import { openSweep, type RunnerLimits, type SweepPlan } from '../../../lib/pipeline/sweep/open-sweep';
import { readResults, readSweep } from '../../../lib/pipeline/sweep/read-sweep';
import { MemoryStore } from '../../../lib/store/memory-store';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { writeTinyDataset } from '../../support/tiny-dataset';

/** A sweep "digits" as `sweep --cloud` stores it, of a dataset that trains in a moment. Three trials run at a time. */
export function useStoredSweep() {
  const dataset = join(useScratchFolder(), 'digits');
  beforeAll(async () => {
    await writeTinyDataset(dataset, { classes: 3 });
  });

  const planOf = (changes: Partial<SweepPlan> = {}): SweepPlan => ({
    settings: { dataset, hidden: [4], engine: 'wasm', batchSize: 50, validationFraction: 0.2, epochs: 4 },
    space: { learningRate: { logRange: [0.001, 0.1] } },
    trialCount: 9,
    sampler: 'sobol',
    samplerSeed: 1,
    stop: 'none',
    rungs: [4],
    metric: 'validation-loss',
    ...changes,
  });

  const setUp = async (plan: Partial<SweepPlan> = {}, limits: RunnerLimits = {}) => {
    const store = new MemoryStore();
    const context = createStepContext(store);
    const sweepId = 'digits';
    const request = { sweepId, planned: planOf(plan), limits: { maxParallel: 3, ...limits } };
    const { sweep, release } = await openSweep(store, request, context.now);
    await release();
    /** As the command does that goes on with it. */
    const open = async (changed: RunnerLimits, extension = 0): Promise<Sweep> => {
      const opened = await openSweep(store, { sweepId, limits: changed, extension }, context.now);
      await opened.release();
      return opened.sweep;
    };
    const results = async () => readResults(store, (await readSweep(store, sweepId))!);
    return { store, context, sweep, open, results };
  };
  return { planOf, setUp };
}

/** Advances by a second each time it is read. */
export function tickingClock(): () => Date {
  let milliseconds = Date.parse('2026-01-02T03:04:05Z');
  return () => {
    milliseconds += 1000;
    return new Date(milliseconds);
  };
}
